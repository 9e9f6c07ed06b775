import type { EntrySeen, Evidence } from './evidence.js';
import type { FaultWindow } from './history.js';
import type { Kill } from './world.js';
import { by } from './checks/check.js';

/** Milliseconds from a worker's kill -9 to the next sign of life of a saga it had in hand, sorted. */
export interface Recovery {
  all: number[];
  p50: number;
  p99: number;
  max: number;
}

interface Sign {
  at: number;
  epoch: number;
  /** Left in order: the next claim is the next epoch. */
  rests: boolean;
  /** In line, where epochs rise without a word in the journal: what follows tells nothing. */
  waits: boolean;
}

const resting = new Set(['unavailable', 'failed']);

/**
 * A saga whose epoch rises between two signs of life although it was not left in order was in the hands of a worker that died. The wait is counted from
 * the first kill in between, and shared out if the epoch rose more than once. Waits that met another fault on the way are that fault's figures, not these.
 */
export const recoveryOf = (evidence: Evidence, kills: readonly Kill[], windows: readonly FaultWindow[]): Recovery => {
  const killed = kills.filter(({ name }) => name.startsWith('worker-')).map(({ at }) => at);
  const journals = by(evidence.entries, ({ sagaId }) => sagaId);
  const waits = evidence.sagas.flatMap((saga) => {
    const signs: Sign[] = [
      { at: saga.acceptedAt, epoch: 0, rests: true, waits: false },
      ...(journals.get(saga.sagaId) ?? []).sort((a, b) => a.at - b.at).map(signOf),
      ...(saga.endedAt === undefined ? [] : [{ at: saga.endedAt, epoch: saga.epoch, rests: true, waits: false }]),
    ];
    return signs.slice(1).flatMap((sign, index) => waitsBetween(signs[index]!, sign, killed, windows));
  });
  const all = waits.sort((a, b) => a - b);
  return { all, p50: quantile(all, 0.5), p99: quantile(all, 0.99), max: all.at(-1) ?? 0 };
};

const signOf = ({ at, epoch, outcome }: EntrySeen): Sign => ({ at, epoch, rests: resting.has(outcome), waits: outcome === 'waiting' });

const waitsBetween = (from: Sign, to: Sign, killed: readonly number[], windows: readonly FaultWindow[]): number[] => {
  const crashes = to.epoch - from.epoch - (from.rests ? 1 : 0);
  const first = killed.find((at) => at >= from.at - 1 && at <= to.at);
  const elsewhere = windows.some(({ part, from: began, to: over }) => part !== 'destination' && began <= to.at && over >= from.at);
  if (crashes < 1 || from.waits || first === undefined || elsewhere) return [];
  return Array.from({ length: crashes }, () => (to.at - first) / crashes);
};

export const quantile = (sorted: readonly number[], part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
