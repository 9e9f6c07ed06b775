import type { Evidence } from '../evidence.js';
import type { History } from '../history.js';

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I11' | 'I13' | 'I14';

export interface Violation {
  invariant: Invariant;
  /** Id of the saga, order or fault it is about. */
  subject: string;
  description: string;
}

/** What the plan was, and how much of it really came about. */
export interface Plan {
  submissions: number;
  faults: { name: string; wanted: number; hits: number }[];
}

export interface CheckInput {
  history: History;
  evidence: Evidence;
  plan: Plan;
}

/** One invariant, as a question put to what was seen. */
export type Check = (input: CheckInput) => Violation[];

/** One that the database alone can answer. */
export type DatabaseCheck = (input: Pick<CheckInput, 'evidence'>) => Violation[];

export const by = <T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(key(one));
    if (group) group.push(one);
    else groups.set(key(one), [one]);
  }
  return groups;
};

export const runSteps = ['resolve-order', 'snapshot-order', 'clear-deliveries', 'reset-progression', 'dispatch-reset'] as const;

export const isFinal = (outcome: string): boolean => ['done', 'rejected', 'canceled', 'terminated'].includes(outcome);

export const hasEnded = (phase: string): boolean => phase === 'ended' || phase === 'stopped';
