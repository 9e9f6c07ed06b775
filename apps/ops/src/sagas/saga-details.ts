import type { AuditDocument, AuditRepository, EntryDocument, OrderReset, OrderView, OrderViewRepository, SagaDocument, SagaViewRepository } from '@crossroads/store';
import type { GivenCommands } from '../commands/commands.js';
import { PageError } from '../http/page-error.js';
import type { SignedIn } from '../login/signed-in.js';
import type { QueuePause, QueuePauseRead } from '../queue-pause/queue-pause.js';
import type { Action } from './actions.js';
import { actionsFor } from './actions.js';
import { orderIdIn } from './order-id.js';

/** All that the page shows of one saga. */
export interface SagaDetails {
  saga: SagaDocument;
  entries: EntryDocument[];
  orderId: string | undefined;
  order: OrderView | undefined;
  /** Every saga of the same order, this one included. */
  resets: OrderReset[];
  actions: readonly Action[];
  /** What operators did to it, newest first. */
  operatorActions: AuditDocument[];
  /** Set while no saga moves because the queue is paused. */
  pause: QueuePause | undefined;
}

export interface SagaDetailsPorts {
  view: Pick<SagaViewRepository, 'saga' | 'entries'>;
  orders: OrderViewRepository;
  audit: Pick<AuditRepository, 'list'>;
  commands: GivenCommands;
  paused: QueuePauseRead;
}

/** Newest deeds shown on the page of a saga. */
const actionsShown = 10;

/** Gathers what the page tells of one saga. */
export const readSagaDetails =
  ({ view, orders, audit, commands, paused }: SagaDetailsPorts) =>
  async (sagaId: string, operator: SignedIn): Promise<SagaDetails> => {
    const [saga, entries, operatorActions, pause] = await Promise.all([view.saga(sagaId), view.entries(sagaId), audit.list({ sagaId }, { limit: actionsShown }), paused()]);
    if (!saga) throw new PageError(404, 'There is no such saga', 'Perhaps the id was cut short. Look for the order number or correlation id with the box above.');
    const orderId = orderIdIn(saga, entries);
    const [order, resets] = orderId === undefined ? [undefined, []] : await Promise.all([orders.order(orderId), orders.resets(orderId)]);
    const reset = resets.find((each) => each.saga._id === saga._id);
    return { saga, entries, orderId, order, resets, actions: actionsFor(operator, commands, saga, reset), operatorActions: operatorActions.records, pause };
  };
