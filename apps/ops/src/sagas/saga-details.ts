import type { AuditDocument, AuditRepository, DirectoryRepository, LogEntry, OrderResets, OrderView, OrderViewRepository, SagaDocument, SagaViewRepository } from '@crossroads/store';
import type { AvailableCommands } from '../commands/commands.js';
import { PageError } from '../http/page-error.js';
import type { SignedIn } from '../login/signed-in.js';
import type { QueuePause, ReadQueuePause } from '../queue/queue-status.js';
import type { Action } from './actions.js';
import { actionsFor } from './actions.js';
import type { ReadBlocker } from './blocker.js';
import { orderIdIn } from './saga-order.js';

/** Data for the page of a saga. */
export interface SagaDetails {
  saga: SagaDocument;
  entries: LogEntry[];
  orderId: string | undefined;
  order: OrderView | undefined;
  /** The newest sagas of the order, and this one. */
  resets: OrderResets;
  actions: readonly Action[];
  /** Operator actions on the saga, newest first. */
  operatorActions: AuditDocument[];
  /** The saga that has to end before this one continues. */
  blocker: SagaDocument | undefined;
  /** Set while the queue is paused. */
  pause: QueuePause | undefined;
  /** Name of a destination that was paused at the last attempt and is resumed since. */
  resumedDestination: string | undefined;
}

export interface SagaDetailsPorts {
  view: Pick<SagaViewRepository, 'saga' | 'entries'>;
  orders: OrderViewRepository;
  audit: Pick<AuditRepository, 'list'>;
  commands: AvailableCommands;
  paused: ReadQueuePause;
  blocker: ReadBlocker;
  directory: Pick<DirectoryRepository, 'instance'>;
}

const actionsShown = 10;

/** Reads the data for the page of a saga. Throws PageError 404 when no saga has the id. */
export const readSagaDetails =
  ({ view, orders, audit, commands, paused, blocker: findBlocker, directory }: SagaDetailsPorts) =>
  async (sagaId: string, operator: SignedIn): Promise<SagaDetails> => {
    const [saga, entries, operatorActions, pause] = await Promise.all([view.saga(sagaId), view.entries(sagaId), audit.list({ sagaId }, { limit: actionsShown }), paused()]);
    if (!saga) throw new PageError(404, 'Saga not found', 'Check the id: a part may be missing. Or search for the order number or the correlation id in the box at the top.');
    const [{ blocker, orderId = orderIdIn(saga, entries) }, resumedDestination] = await Promise.all([findBlocker(saga), readResumedDestination(directory, saga, entries)]);
    const [order, resets] = orderId === undefined ? [undefined, { resets: [], total: 0 }] : await Promise.all([orders.order(orderId), orders.resets(orderId, saga._id)]);
    const reset = resets.resets.find((each) => each.saga._id === saga._id);
    return { saga, entries, orderId, order, resets, actions: actionsFor(operator, commands, saga, reset), operatorActions: operatorActions.records, blocker, pause, resumedDestination };
  };

/** The saga keeps the error of its last attempt, also after an operator has resumed the destination. */
const readResumedDestination = async (directory: Pick<DirectoryRepository, 'instance'>, { error }: SagaDocument, entries: readonly LogEntry[]): Promise<string | undefined> => {
  if (error?.code !== 'destination.paused') return undefined;
  const id = entries.findLast(({ routing }) => routing.destination_instance_id !== null)?.routing.destination_instance_id;
  const instance = id == null ? undefined : await directory.instance(id);
  return instance && !instance.paused ? instance.name : undefined;
};
