import type { FaultWindow } from '../history.js';
import type { Check, Violation } from './check.js';
import { by } from './check.js';

/** I7: seen from outside a saga never goes back: not from done to not done, not to fewer entries, not into nothing. */
export const monotonic: Check = ({ history }) =>
  [...by(history.sightings, ({ sagaId }) => sagaId)].flatMap(([sagaId, sightings]) =>
    sightings.flatMap((now, index): Violation[] => {
      const earlier = sightings[index - 1];
      const description = [
        ...(now.httpStatus === 404 ? ['was not found after it had been answered pending'] : []),
        ...(earlier?.done && now.done === false ? [`was ${earlier.status} and done, then ${now.status} and not`] : []),
        ...(earlier?.done && now.done && earlier.status !== now.status ? [`ended as ${earlier.status}, then as ${now.status}`] : []),
        ...(now.entries !== undefined && now.entries < (earlier?.entries ?? 0) ? [`had ${earlier?.entries} entries, then ${now.entries}`] : []),
      ];
      return description.map((said) => ({ invariant: 'I7', subject: sagaId, description: said }));
    }),
  );

/** Milliseconds within which the intake promises an answer. */
export const promisedMs = 3_000;

/** Milliseconds a part may need to be itself again once a fault is over. */
const recoversWithinMs = 10_000;

/** I11: an answer within 3 s whatever is down; nothing but 200, or 503 with Retry-After while MongoDB is away; cut only while the intake itself is killed. */
export const available: Check = ({ history }) => {
  const observe = (parts: FaultWindow['part'][], at: number, until: number): boolean =>
    history.windows.some(({ part, from, to }) => parts.includes(part) && until >= from && at <= to + recoversWithinMs);
  return history.troubles.flatMap(({ at, ms, until, what, status, retryAfter }): Violation[] => {
    const description = [
      ...(status === -1 || (ms > promisedMs && status > 0) ? [`took ${Math.round(ms)} ms`] : []),
      ...(status === 0 && !observe(['intake'], at, until) ? ['was cut although the intake was not killed'] : []),
      ...(status === 503 && !retryAfter ? ['was answered 503 without Retry-After'] : []),
      ...(status === 503 && !observe(['mongodb', 'intake'], at, until) ? ['was answered 503 although MongoDB was there'] : []),
      ...(status > 0 && status !== 503 && (status < 200 || status > 299) && status !== 404 ? [`was answered ${status}`] : []),
    ];
    return description.map((said) => ({ invariant: 'I11', subject: new Date(at).toISOString(), description: `${what} ${said}` }));
  });
};
