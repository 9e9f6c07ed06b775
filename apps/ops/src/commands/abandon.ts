import type { Order, Orders, ResetRequest } from '@crossroads/order-reset';
import { resetRequest } from '@crossroads/order-reset';
import type { Entry, Journal } from '@crossroads/saga';
import { entryKey } from '@crossroads/saga';
import type { EntryDocument, LineRepository, SagaCommandRepository, SagaDocument, SagaFacts, SagaViewRepository } from '@crossroads/store';
import type { CommandWish, SagaCommand } from './commands.js';
import { lookedAt, moved, refusal } from './looked-at.js';
import type { RingFor } from './ring.js';

export interface AbandonPorts {
  sagas: Pick<SagaCommandRepository, 'find' | 'abandon'>;
  view: Pick<SagaViewRepository, 'entries'>;
  journal: Pick<Journal<SagaFacts>, 'write'>;
  orders: Pick<Orders, 'find' | 'release'>;
  line: Pick<LineRepository, 'next'>;
  ring: RingFor;
}

/**
 * Ends a saga as it stands: nothing is undone. Its order is given back, so that the next in line, or a recovery, can have it.
 * Only while no worker is at it; the sweeper gives back an order that a ghost, or a crash right here, leaves held.
 */
export const abandonSaga =
  ({ sagas, view, journal, orders, line, ring }: AbandonPorts): SagaCommand =>
  async (sagaId, wish) => {
    const look = await lookedAt(sagas, sagaId, wish);
    if ('refused' in look) return look.refused;
    const { saga } = look;
    if (saga.phase === 'ended') return refusal('saga.ended', `The saga has ended already (${saga.status}).`);
    if (saga.phase === 'running') return refusal('saga.running', 'A worker is at this saga, or will be at once. It can be abandoned once it rests or has stopped.');
    const error = { code: 'saga.abandoned', message: `Abandoned by ${wish.by}: ${wish.reason}. Nothing was undone.` };
    if (!(await sagas.abandon(saga, error))) return moved();
    const entries = await view.entries(sagaId);
    await journal.write(entryOf(saga, entries, wish, error), factsOf(saga), stateIn(saga, entries));
    for (const order of await heldBy(saga, entries)) {
      await orders.release(order.order_id, { sagaId });
      const next = await line.next(order);
      if (next) ring({ _id: next.sagaId, correlation_id: next.correlationId, type: next.type, tenant_id: next.tenantId, epoch: next.epoch });
    }
    return { ok: true };

    /** A saga that has not said which order it found may hold it all the same. */
    async function heldBy({ request }: SagaDocument, told: readonly EntryDocument[]): Promise<Order[]> {
      const { order } = stateIn(saga, told) as { order?: Order };
      return order ? [order] : orders.find(resetRequest.parse(request) satisfies ResetRequest);
    }
  };

/** The caller who polls reads it like any other failure. It leaves the step open, which does no harm in a saga that has ended. */
const entryOf = (saga: SagaDocument, entries: readonly EntryDocument[], { by, reason }: CommandWish, { code, message }: { code: string; message: string }): Entry => {
  const epoch = saga.epoch + 1;
  const step = { name: saga.step ?? 'resolve-order', direction: entries.at(-1)?.step.direction ?? 'run', outcome: 'failed' } as const;
  return {
    key: entryKey(saga._id, step, epoch),
    sagaId: saga._id,
    seq: Math.max(0, ...entries.map(({ journal }) => journal.seq)) + 1,
    step: { ...step, attempt: saga.failures + 1 },
    epoch,
    status: 'error',
    title: 'Abandoned by an operator',
    retried: saga.resumed,
    code,
    detail: { message, extra_data: { abandoned_by: by, reason } },
  };
};

const factsOf = (saga: SagaDocument): SagaFacts => ({ correlationId: saga.correlation_id, type: saga.type, request: saga.request, inboundRequest: saga.inbound_request });

/** The saga's state, as the kernel gathers it: what each step that is done has added. */
const stateIn = ({ request }: SagaDocument, entries: readonly EntryDocument[]): object =>
  entries
    .filter(({ step }) => step.direction === 'run' && step.outcome === 'done')
    .reduce((state, { journal }) => ({ ...state, ...journal.adds }), { request });
