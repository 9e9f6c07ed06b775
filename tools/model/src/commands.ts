import { cancelableSteps, snapshotInfo, sagaTypes } from '@crossroads/order-reset';
import type { Entry } from '@crossroads/saga';
import { entryKey, isFinal, SagaState, StopSaga } from '@crossroads/saga';
import type { Order, ResetRequest, SnapshotInfo } from '@crossroads/order-reset';
import type { MemorySaga, ResetFixture } from '@crossroads/testkit/memory';
import { recoverRequestFor, resetRequestFor } from '@crossroads/testkit/memory';

/** The actions of intake and operators' pages on the fakes, with the same commands as their own code. Each command may fail. */
export interface Commands {
  /** Resolves when the caller would get the response `pending`. */
  accept(sagaId: string): Promise<void>;
  recover(sagaId: string, reset: string, force: boolean): Promise<void>;
  cancel(sagaId: string): Promise<void>;
  answer(sagaId: string, answer: 'done' | 'rejected'): Promise<void>;
  terminate(sagaId: string): Promise<void>;
  resume(sagaId: string): Promise<void>;
  runNow(sagaId: string): Promise<void>;
}

interface Read {
  saga: MemorySaga;
  entries: Entry[];
}

type FinalOutcome = Pick<Entry['step'], 'name' | 'direction' | 'outcome'> & { status: string; code?: string; output?: object };

const definitions = new Map(sagaTypes({} as Parameters<typeof sagaTypes>[0]).map((type) => [type.type, type]));

export const commandsOn = ({ sagas, journal, decisions, orders, order, queue, orderQueue, auditLog }: ResetFixture): Commands => {
  const read = async (sagaId: string): Promise<Read | undefined> => {
    const saga = await sagas.find(sagaId);
    return saga && { saga, entries: await journal.read(sagaId) };
  };

  const enqueue = ({ sagaId, epoch }: Pick<MemorySaga, 'sagaId' | 'epoch'>): Promise<void> => queue.enqueue({ sagaId, epoch, due: 0 }).catch(() => undefined);

  const recordOutcome = ({ saga, entries }: Read, epoch: number, { status, code, output, ...step }: FinalOutcome): Promise<Entry> =>
    journal.write(
      {
        key: entryKey(saga.sagaId, step, epoch),
        sagaId: saga.sagaId,
        seq: Math.max(0, ...entries.map(({ seq }) => seq)) + 1,
        step: { ...step, attempt: 1 },
        epoch,
        status,
        title: step.outcome,
        ...(code !== undefined && { code }),
        retried: saga.resumed,
        ...(output && { output }),
        detail: {},
      },
      undefined,
      {},
    );

  const cancelSaga = async (seen: Read): Promise<'canceled' | 'moved' | 'too-late'> => {
    const { saga, entries } = seen;
    if (cancelableSteps.some((name) => finalOutcomeIn(entries, name)?.step.outcome === 'canceled')) return 'canceled';
    const name = cancelableSteps.find((candidate) => !finalOutcomeIn(entries, candidate));
    if (name === undefined || saga.phase === 'ended' || saga.phase === 'stopped' || entries.some(({ step }) => step.outcome === 'rejected' || step.outcome === 'terminated')) return 'too-late';
    const resting = saga.epoch === saga.settledEpoch;
    const epoch = resting ? await decisions.claim(saga) : saga.epoch;
    if (epoch === undefined) return 'moved';
    const stands = await recordOutcome(seen, epoch, { name, direction: 'run', outcome: 'canceled', status: 'canceled', code: 'request.canceled' });
    if (resting) await decisions.release(saga.sagaId, epoch);
    return stands.step.outcome === 'canceled' ? 'canceled' : 'moved';
  };

  /** Closes the open step, also when a zombie worker writes at the same time. Returns the entries. */
  const closeOpenStep = async (saga: MemorySaga, epoch: number): Promise<Entry[] | undefined> => {
    for (let closed = 0; closed < 20; closed++) {
      const entries = await journal.read(saga.sagaId);
      const terminated = entries.find(({ step }) => step.outcome === 'terminated');
      // A worker may have cleared the order since an earlier entry. It ends the saga and records what was cleared.
      if (terminated) return terminated.epoch === epoch ? entries : undefined;
      const next = new SagaState(definitions.get(saga.type)!.steps, saga.request, saga.status, entries).next();
      if ('end' in next) return undefined;
      const cleared = await clearedBy(saga.sagaId, epoch, entries);
      await recordOutcome({ saga, entries }, epoch, { name: next.step.name, direction: next.direction, outcome: 'terminated', status: 'error', code: 'saga.terminated', ...(cleared && { output: { cleared } }) });
    }
    return undefined;
  };

  /** Returns what the saga has cleared. Raises the lock to the operator's epoch, so that no write of an older claim can follow. */
  const clearedBy = async (sagaId: string, epoch: number, entries: readonly Entry[]): Promise<SnapshotInfo | undefined> => {
    const order = orderIn(entries);
    if (!order) return undefined;
    try {
      const version = await orders.clearedVersion(order.order_id, { sagaId, epoch });
      return version === undefined ? undefined : snapshotInfo(await auditLog.snapshot(sagaId, version));
    } catch (error) {
      if (error instanceof StopSaga) return undefined;
      throw error;
    }
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
      for (let tried = 0; tried < 3; tried++) {
        const seen = await read(sagaId);
        if (seen?.saga.type !== 'reset_order') return;
        const came = await cancelSaga(seen);
        if (came === 'moved') continue;
        const now = came === 'canceled' ? await sagas.find(sagaId) : undefined;
        if (now?.nextRunAt !== undefined) await enqueue(now);
        return;
      }
    },

    async answer(sagaId, answer) {
      const seen = await read(sagaId);
      if (!seen) return;
      const { saga, entries } = seen;
      const earlier = finalOutcomeIn(entries, 'dispatch-reset');
      const resting = saga.phase === 'awaiting_approval' && saga.epoch === saga.settledEpoch;
      if (!earlier && !resting) return;
      const status = answer === 'done' ? 'synced' : 'rejected';
      if (!earlier) await recordOutcome(seen, saga.epoch, { name: 'dispatch-reset', direction: 'run', outcome: answer, status, output: {}, ...(answer === 'rejected' && { code: 'destination.rejected' }) });
      if (!resting) return;
      await decisions.wake(saga);
      await enqueue(saga);
    },

    async terminate(sagaId) {
      const saga = await sagas.find(sagaId);
      if (!saga || saga.phase === 'ended' || saga.phase === 'running') return;
      const epoch = await decisions.claim(saga);
      if (epoch === undefined) return;
      const entries = await closeOpenStep(saga, epoch);
      if (entries === undefined) return decisions.release(sagaId, epoch);
      if (!(await decisions.end(sagaId, epoch, { code: 'saga.terminated', message: 'Terminated.' }))) return;
      const known = orderIn(entries);
      for (const held of known ? [known] : await orders.find(saga.request as ResetRequest)) {
        await orders.unlock(held.order_id, { sagaId });
        await orderQueue.wakeNext(held);
      }
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

const orderIn = (entries: readonly Entry[]): Order | undefined =>
  (entries.find(({ step }) => step.name === 'resolve-order' && step.direction === 'run' && step.outcome === 'done')?.output as { order: Order } | undefined)?.order;

const finalOutcomeIn = (entries: readonly Entry[], name: string): Entry | undefined =>
  entries.find(({ step }) => step.name === name && step.direction === 'run' && isFinal(step.outcome));
