import { resetRequest, subjectOf } from '@crossroads/order-reset';
import type { SubjectOf } from '@crossroads/store';

/** What a log entry says of its order. */
export const orderSubject: SubjectOf = ({ request }, state) => subjectOf(resetRequest.parse(request), state);
