import type { Decision } from '@crossroads/order-reset';
import { acceptance, cancelableSteps, cancellation, dispatchResetStep, lockedOrders, rejection, sagaDefinitions, termination } from '@crossroads/order-reset';
import type { Pause, SagaRead, StoredSaga } from '@crossroads/saga';
import { cancelSaga, decideStep, retryWhileMoved, terminateSaga } from '@crossroads/saga';
import type { MemorySaga, ResetFixture } from '@crossroads/testkit/memory';
import { recoverRequestFor, resetRequestFor } from '@crossroads/testkit/memory';

/** The actions of intake and operators' pages on the fakes, with the kernel's own decisions. Each command may fail. */
export interface Commands {
  /** Resolves when the caller would get the response `pending`. */
  accept(sagaId: string): Promise<void>;
  recover(sagaId: string, reset: string, force: boolean): Promise<void>;
  /** Resolves to whether the caller would get the response `canceled`. */
  cancel(sagaId: string): Promise<boolean>;
  /** Resolves to whether the destination's people would get a response that their decision is valid. */
  answer(sagaId: string, answer: 'done' | 'rejected'): Promise<boolean>;
  terminate(sagaId: string): Promise<void>;
  resume(sagaId: string): Promise<void>;
  runNow(sagaId: string): Promise<void>;
}

/** Three tries, without a clock: the schedule decides what happens between them. */
const pause: Pause = async (tries) => tries < 3;

const decision: Decision = { by: 'Alpha', reasonCode: null };

export const commandsOn = ({ sagas, journal, decisions, orders, order, queue, orderQueue, auditLog }: ResetFixture): Commands => {
  const ports = { journal, decisions };
  const stored = (saga: MemorySaga): StoredSaga => ({ ...saga, metadata: undefined });

  const enqueue = ({ sagaId, epoch }: Pick<MemorySaga, 'sagaId' | 'epoch'>): Promise<void> => queue.enqueue({ sagaId, epoch, due: 0 }).catch(() => undefined);

  /** Decides about a saga as it is, then enqueues it unless it has finished. Returns the result of the decision. */
  const decide = async <Result>(sagaId: string, decideNow: (read: SagaRead) => Promise<Result | 'moved'>): Promise<Result | 'moved'> => {
    const read = async (): Promise<SagaRead | undefined> => {
      const saga = await sagas.find(sagaId);
      return saga && { saga: stored(saga), entries: await journal.read(sagaId) };
    };
    const result = await retryWhileMoved(await read(), read, async (seen) => (seen ? decideNow(seen) : 'moved'), pause);
    const now = await sagas.find(sagaId);
    if (now?.nextRunAt !== undefined) await enqueue(now);
    return result;
  };

  return {
    async accept(sagaId) {
      await sagas.insert(sagaId, 'reset_order', resetRequestFor({ order_number: '4711' }));
      await enqueue({ sagaId, epoch: 0 });
    },

    async recover(sagaId, reset, force) {
      const seen = await sagas.find(reset);
      if (seen?.type !== 'reset_order' || seen.phase !== 'ended') return;
      const cleared = await auditLog.cleared(reset);
      if (cleared === undefined || cleared === 'restored') return;
      await sagas.insert(sagaId, 'recover_order', recoverRequestFor(order.order.order_id, reset, force));
      await enqueue({ sagaId, epoch: 0 });
    },

    async cancel(sagaId) {
      if ((await sagas.find(sagaId))?.type !== 'reset_order') return false;
      return (await decide(sagaId, (read) => cancelSaga(ports, read, cancelableSteps, cancellation(decision)))) === 'canceled';
    },

    async answer(sagaId, outcome) {
      const step = { name: dispatchResetStep, outcome } as const;
      return (await decide(sagaId, (read) => decideStep(ports, read, step, outcome === 'done' ? acceptance(decision) : rejection(decision, read)))) === outcome;
    },

    async terminate(sagaId) {
      const saga = await sagas.find(sagaId);
      if (!saga) return;
      const steps = sagaDefinitions.get(saga.type)!.steps;
      const result = await terminateSaga(ports, stored(saga), steps, termination({ orders, auditLog }, saga, { by: 'operator', reason: 'test' }));
      if (typeof result === 'string') return;
      for (const held of await lockedOrders(orders, saga.request, result.entries)) await orderQueue.wakeNext(held);
    },

    async resume(sagaId) {
      const saga = await sagas.find(sagaId);
      if (saga?.phase === 'stopped' && (await decisions.resume(saga))) await enqueue(saga);
    },

    async runNow(sagaId) {
      const saga = await sagas.find(sagaId);
      if (saga && (await decisions.runNow(saga))) await enqueue(saga);
    },
  };
};
