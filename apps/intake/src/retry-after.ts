import type { Reset } from './resets.js';

/** Seconds no poller is asked to rest longer than. */
const longestS = 15;

/** Seconds until it is worth asking again: longer the older the reset, and not the same for everybody. Undefined once there is nothing to wait for. */
export const retryAfterS = ({ saga, progress }: Reset, random: () => number = Math.random): number | undefined => {
  if (progress.done) return undefined;
  if (saga.phase === 'awaiting_approval') return longestS;
  const ageS = Math.max(0, Date.now() - saga.accepted_at.getTime()) / 1_000;
  return Math.min(longestS, Math.max(1, Math.round((ageS / 5) * (0.8 + 0.4 * random()))));
};
