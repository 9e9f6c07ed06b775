import type { FaultWindow } from '../history.js';
import type { Check, Violation } from './check.js';
import { by } from './check.js';

/** I7: for a poller a saga never goes back: not from done to not done, not to fewer entries, not to 404. */
export const monotonic: Check = ({ history }) =>
  [...by(history.sightings, ({ sagaId }) => sagaId)].flatMap(([sagaId, sightings]) =>
    sightings.flatMap((now, index): Violation[] => {
      const earlier = sightings[index - 1];
      const description = [
        ...(now.httpStatus === 404 ? ['was not found after the response pending'] : []),
        ...(earlier?.done && now.done === false ? [`was ${earlier.status} and done, then ${now.status} and not done`] : []),
        ...(earlier?.done && now.done && earlier.status !== now.status ? [`finished as ${earlier.status}, then as ${now.status}`] : []),
        ...(now.entries !== undefined && now.entries < (earlier?.entries ?? 0) ? [`had ${earlier?.entries} entries, then ${now.entries}`] : []),
      ];
      return description.map((text) => ({ invariant: 'I7', subject: sagaId, description: text }));
    }),
  );

/** Milliseconds within which the intake promises a response. */
export const promisedMs = 3_000;

/** Milliseconds that a part may need to recover after a fault. */
const recoversWithinMs = 10_000;

/** I11: a response within 3 s. Connections are cut only while the intake is killed. 503 occurs only while MongoDB is down, with Retry-After. */
export const available: Check = ({ history }) => {
  const overlapsFault = (parts: FaultWindow['part'][], at: number, until: number): boolean =>
    history.windows.some(({ part, from, to }) => parts.includes(part) && until >= from && at <= to + recoversWithinMs);
  return history.troubles.flatMap(({ at, ms, until, what, status, retryAfter }): Violation[] => {
    const description = [
      ...(status === -1 || (ms > promisedMs && status > 0) ? [`took ${Math.round(ms)} ms`] : []),
      ...(status === 0 && !overlapsFault(['intake'], at, until) ? ['was cut although the intake was not killed'] : []),
      ...(status === 503 && !retryAfter ? ['had status 503 without Retry-After'] : []),
      ...(status === 503 && !overlapsFault(['mongodb', 'intake'], at, until) ? ['had status 503 although MongoDB was up'] : []),
      ...(status > 0 && status !== 503 && (status < 200 || status > 299) && status !== 404 ? [`had status ${status}`] : []),
    ];
    return description.map((text) => ({ invariant: 'I11', subject: new Date(at).toISOString(), description: `${what} ${text}` }));
  });
};
