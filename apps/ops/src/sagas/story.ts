import type { EntryDocument, OrderViewRepository, SagaDocument, SagaViewRepository } from '@crossroads/store';
import type { GivenCommands } from '../commands.js';
import { PageError } from '../http/page-error.js';
import type { SignedIn } from '../login/signed-in.js';
import { actionsFor } from './actions.js';
import type { SagaStory } from './saga.page.js';

export interface StoryPorts {
  view: Pick<SagaViewRepository, 'saga' | 'entries'>;
  orders: OrderViewRepository;
  commands: GivenCommands;
}

/** Gathers what the page tells of one saga. */
export const storyOf =
  ({ view, orders, commands }: StoryPorts) =>
  async (sagaId: string, operator: SignedIn): Promise<SagaStory> => {
    const [saga, entries] = await Promise.all([view.saga(sagaId), view.entries(sagaId)]);
    if (!saga) throw new PageError(404, 'There is no such saga', 'Perhaps the id was cut short. Look for the order number or correlation id with the box above.');
    const orderId = orderIdOf(saga, entries);
    const [order, resets] = orderId === undefined ? [undefined, []] : await Promise.all([orders.order(orderId), orders.resets(orderId)]);
    const reset = resets.find((each) => each.saga._id === saga._id);
    return { saga, entries, orderId, order, resets, actions: actionsFor(operator, commands, { ...saga, reset }) };
  };

const orderIdOf = ({ request }: SagaDocument, entries: readonly EntryDocument[]): string | undefined =>
  entries.findLast(({ metadata }) => metadata.crossroads_order_id !== null)?.metadata.crossroads_order_id ??
  (request as { order?: { order_id?: string } }).order?.order_id;
