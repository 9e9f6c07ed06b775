import { by } from './checks/check.js';
import type { ClaimLog, SeenClaim } from './claim-log.js';
import type { Kill } from './harness.js';
import type { FaultWindow } from './history.js';

/** Milliseconds from a worker's kill -9 to the next claim of each saga that the worker held, sorted. */
export interface Recovery {
  all: number[];
  p50: number;
  p99: number;
  max: number;
}

/**
 * Measures crash recovery. A claim was lost when its worker was killed before the saga was released, and another claim followed.
 * Other faults, such as a store that is down, delay recovery too. Measurements that overlap such a window are left out.
 */
export const measureRecovery = ({ claims, releases }: ClaimLog, kills: readonly Omit<Kill, 'by'>[], windows: readonly FaultWindow[]): Recovery => {
  const releasesOf = by(releases, ({ sagaId }) => sagaId);
  const delays = [...by(claims, ({ sagaId }) => sagaId)].flatMap(([sagaId, ofSaga]) => {
    const inOrder = ofSaga.toSorted((a, b) => a.epoch - b.epoch);
    return inOrder.flatMap((claim, index) => {
      // The driver repeats a claim whose reply was lost: the epoch is then the same.
      const next = inOrder.slice(index + 1).find(({ epoch }) => epoch > claim.epoch);
      const isRepeat = inOrder[index - 1]?.epoch === claim.epoch;
      const wasReleased = releasesOf.get(sagaId)?.some(({ fromEpoch, toEpoch }) => fromEpoch <= claim.epoch && claim.epoch <= toEpoch);
      return !next || isRepeat || wasReleased ? [] : delayBetween(claim, next, kills, windows);
    });
  });
  const all = delays.sort((a, b) => a - b);
  return { all, p50: quantile(all, 0.5), p99: quantile(all, 0.99), max: all.at(-1) ?? 0 };
};

const delayBetween = (claim: SeenClaim, next: SeenClaim, kills: readonly Omit<Kill, 'by'>[], windows: readonly FaultWindow[]): number[] => {
  const kill = kills.find(({ name, at }) => name === claim.worker && at >= claim.at && at <= next.at);
  if (!kill) return [];
  const meetsOtherFault = windows.some(({ part, from, to }) => part !== 'destination' && from <= next.at && to >= kill.at);
  return meetsOtherFault ? [] : [next.at - kill.at];
};

export const quantile = (sorted: readonly number[], part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
