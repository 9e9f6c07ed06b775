/** Decisions from outside a worker that end an open step of a saga: cancel, approve, reject, terminate. The first final outcome of a step is valid. */
import type { SagaRead, SignalPorts, StoredSaga } from './decisions.js';
import { ClaimLost } from './errors.js';
import type { DecidedStep, DecisionEntry } from './final-outcome.js';
import { finalOutcomeIn, recordOutcome } from './final-outcome.js';
import type { Entry, Outcome } from './journal.js';
import { SagaState } from './saga-state.js';
import type { Step } from './step.js';

/**
 * The result of a cancellation:
 * - `canceled`: the saga has ended as canceled, or will.
 * - `too-late`: every step that may be canceled has its final outcome.
 * - `over`: the saga ended or stopped.
 * - `moved`: another process changed the saga at the same moment. Read the saga again and retry.
 */
export type CancelResult = 'canceled' | 'too-late' | 'over' | 'moved';

/**
 * Cancels a saga by recording the final outcome of the first open step among `cancelable`, so no zombie worker gets past it.
 * An idle saga is claimed first, as a worker would. Without that claim, the first worker would skip reading the journal of a new saga.
 * A worker that is running the step finds the outcome when it writes its own, and compensates.
 */
export const cancelSaga = async <Metadata>(
  { journal, decisions }: SignalPorts<Metadata>,
  read: SagaRead<Metadata>,
  cancelable: readonly string[],
  decision: DecisionEntry,
): Promise<CancelResult> => {
  const { saga, entries } = read;
  if (cancelable.some((name) => finalOutcomeIn(entries, name)?.step.outcome === 'canceled')) {
    if (mayStopInSpiteOf(read)) await decisions.continueStopped(saga);
    return 'canceled';
  }
  const name = cancelable.find((step) => !finalOutcomeIn(entries, step));
  if (name === undefined) return 'too-late';
  if (saga.phase === 'ended' || saga.phase === 'stopped' || entries.some(({ step }) => step.outcome === 'rejected' || step.outcome === 'terminated')) return 'over';

  const idle = saga.epoch === saga.settledEpoch;
  const epoch = idle ? await decisions.claim(saga) : saga.epoch;
  if (epoch === undefined) return 'moved';
  const { step } = await recordOutcome(journal, read, epoch, { name, direction: 'run', outcome: 'canceled' }, decision);
  const released = idle && (await decisions.release(saga, epoch));
  if (step.outcome !== 'canceled') return 'moved';
  // A worker may have stopped the saga before it could read the entry, or its write that stops the saga may arrive late.
  if (!released) await decisions.continueStopped(saga);
  return 'canceled';
};

/**
 * Approves or rejects a step that waits for it, and wakes the saga. A repeated decision wakes it again, in case the first wake-up was lost.
 * Returns the step's valid outcome, which may differ from the one given.
 * Returns `over` when the saga ended or stopped without an outcome, and `moved` when it does not wait for a decision now.
 */
export const decideStep = async <Metadata>(
  { journal, decisions }: SignalPorts<Metadata>,
  read: SagaRead<Metadata>,
  step: Pick<DecidedStep, 'name' | 'outcome'>,
  decision: DecisionEntry,
): Promise<Outcome | 'over' | 'moved'> => {
  const { saga, entries } = read;
  const earlier = finalOutcomeIn(entries, step.name);
  const isWaiting = saga.phase === 'awaiting_approval' && saga.epoch === saga.settledEpoch;
  if (!earlier && !isWaiting) return saga.phase === 'ended' || saga.phase === 'stopped' ? 'over' : 'moved';
  const { outcome } = (earlier ?? (await recordOutcome(journal, read, saga.epoch, { ...step, direction: 'run' }, decision))).step;
  const woken = isWaiting && (await decisions.wake(saga));
  // The time for the decision may have ended: a worker has stopped the saga before it could read the entry.
  if (!woken && mayStopInSpiteOf(read)) await decisions.continueStopped(saga);
  return outcome;
};

/**
 * Returns whether a saga with a recorded decision has not acted on it yet. Such a saga may have stopped, also after it was read here.
 * A saga that stopped during its compensation waits for an operator.
 */
const mayStopInSpiteOf = ({ saga, entries }: SagaRead): boolean => saga.phase !== 'ended' && entries.every(({ step }) => step.direction === 'run');

/**
 * The result of a termination:
 * - `entries`: the saga has ended. Its journal, with the closed step.
 * - `closed-earlier`: an earlier termination had closed the step. A worker ends the saga, which is due now, and records its effects.
 * - `ended`, `running`: nothing to do, or not possible now.
 * - `canceled`: the saga was canceled, and a worker will compensate it.
 * - `moved`: another process changed the saga, or the saga ends as its journal requires. Read the saga again.
 */
export type TerminateResult = { entries: readonly Entry[] } | 'closed-earlier' | 'ended' | 'running' | 'canceled' | 'moved';

/** Returns the entry of a termination by the claim of the given epoch. Throws ClaimLost when a newer claim exists. */
export type DescribeTermination = (epoch: number, entries: readonly Entry[]) => Promise<DecisionEntry>;

/**
 * Ends a saga without compensation: claims it, closes its open step in the journal, and ends it, in this order.
 * Without the closed step, a zombie worker could run all remaining steps.
 * After a crash in between, a worker ends the saga, or the saga is still stopped and can be terminated again.
 *
 * @param steps The steps of the saga's type; undefined when its type is unknown.
 */
export const terminateSaga = async <Metadata>(
  { journal, decisions }: SignalPorts<Metadata>,
  saga: StoredSaga<Metadata>,
  steps: readonly Step[] | undefined,
  describe: DescribeTermination,
): Promise<TerminateResult> => {
  if (saga.phase === 'ended' || saga.phase === 'running') return saga.phase;
  if (saga.phase !== 'stopped' && isCanceled(await journal.read(saga.sagaId))) return 'canceled';
  const epoch = await decisions.claim(saga);
  if (epoch === undefined) return 'moved';
  try {
    const entries = await closeOpenStep(journal, saga, epoch, steps, describe);
    const terminated = entries?.find(({ step }) => step.outcome === 'terminated');
    if (!entries || terminated?.epoch !== epoch) {
      await decisions.release(saga, epoch);
      return terminated ? 'closed-earlier' : entries ? 'canceled' : 'moved';
    }
    const { code = 'saga.terminated', title, detail } = terminated;
    return (await decisions.end(saga, epoch, { code, message: detail.message ?? title })) ? { entries } : 'moved';
  } catch (error) {
    if (error instanceof ClaimLost) return 'moved';
    throw error;
  }
};

/** The caller got the status `canceled`, and a worker is about to compensate the saga. */
const isCanceled = (entries: readonly Entry[]): boolean => entries.some(({ step }) => step.outcome === 'canceled');

/** Limit for closing steps: more outcomes than this cannot have been written in between. */
const maxSteps = 20;

/** Returns the journal with the open step closed, or with a cancellation that was first. Returns undefined when no step is open: a worker then ends the saga as its journal requires. */
const closeOpenStep = async <Metadata>(
  journal: SignalPorts<Metadata>['journal'],
  saga: StoredSaga<Metadata>,
  epoch: number,
  steps: readonly Step[] | undefined,
  describe: DescribeTermination,
): Promise<Entry[] | undefined> => {
  for (let closed = 0; closed <= maxSteps; closed++) {
    const entries = await journal.read(saga.sagaId);
    if (entries.some(({ step }) => step.outcome === 'terminated') || (saga.phase !== 'stopped' && isCanceled(entries))) return entries;
    const open = openStepOf(saga, steps, entries);
    if (!open) return undefined;
    // A zombie worker may have written its outcome first. Then that outcome is final, and the next step is open.
    await recordOutcome(journal, { saga, entries }, epoch, { ...open, outcome: 'terminated' }, await describe(epoch, entries));
  }
  return undefined;
};

/** Returns the step that a worker would run next. For an unknown saga type, returns the step that the saga has saved. */
const openStepOf = ({ step, request }: StoredSaga, steps: readonly Step[] | undefined, entries: readonly Entry[]): Pick<DecidedStep, 'name' | 'direction'> | undefined => {
  if (!steps) return { name: step ?? 'unknown', direction: entries.at(-1)?.step.direction ?? 'run' };
  const next = new SagaState(steps, request, 'pending', entries).next();
  return 'end' in next ? undefined : { name: next.step.name, direction: next.direction };
};

/** Waits before another try. Resolves to false when there should be none. */
export type Pause = (tries: number) => Promise<boolean>;

/** Milliseconds to retry while a worker moves the saga, and between two tries. A step on our own data takes a few milliseconds. */
const retryForMs = 1_200;
const pauseMs = 60;

const pauseBriefly = (): Pause => {
  const startedAt = performance.now();
  return async () => {
    if (performance.now() - startedAt > retryForMs) return false;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    return true;
  };
};

/** Calls `decide` with what was read. While it returns `moved`, reads again and retries, for about a second by default. Returns the last result. */
export const retryWhileMoved = async <Read, Result>(
  first: Read,
  readAgain: () => Promise<Read>,
  decide: (read: Read) => Promise<Result | 'moved'>,
  pause: Pause = pauseBriefly(),
): Promise<Result | 'moved'> => {
  let result = await decide(first);
  for (let tries = 1; result === 'moved' && (await pause(tries)); tries++) result = await decide(await readAgain());
  return result;
};
