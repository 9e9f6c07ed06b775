import { z } from 'zod';
import { reasonCode } from './order/text.js';

/** Body of `POST /v1/order/reset/{correlation_id}/accept`, `/reject` and `/cancel`. */
export const resetDecision = z.object({ reason_code: reasonCode });

export type ResetDecision = z.infer<typeof resetDecision>;
