import type { Evidence } from '../evidence.js';
import type { History } from '../history.js';

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I11' | 'I13' | 'I14';

export interface Violation {
  invariant: Invariant;
  /** Id of the saga or order, or name of the fault. */
  subject: string;
  description: string;
}

/** The planned requests and faults, and how often each fault hit. */
export interface Plan {
  submissions: number;
  faults: { name: string; wanted: number; hits: number }[];
}

export interface CheckInput {
  history: History;
  evidence: Evidence;
  plan: Plan;
}

/** Returns the violations of one invariant. */
export type Check = (input: CheckInput) => Violation[];

/** A check that needs only the database. */
export type DatabaseCheck = (input: Pick<CheckInput, 'evidence'>) => Violation[];

/** Groups items by a key. */
export const by = <T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
};

export const runSteps = ['resolve-order', 'snapshot-order', 'clear-deliveries', 'reset-progression', 'dispatch-reset'] as const;

export const isFinal = (outcome: string): boolean => ['done', 'rejected', 'canceled', 'terminated'].includes(outcome);

export const hasEnded = (phase: string): boolean => phase === 'ended' || phase === 'stopped';
