import express from 'express';
import type { Router } from 'express';
import type { OrderReset, OrderView, OrderViewRepository } from '@crossroads/store';
import { PageError } from '../http/page-error.js';
import type { SignedIn } from '../login/signed-in.js';
import { signedIn } from '../login/signed-in.js';
import { Fact } from '../page/fact.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { send } from '../page/send.js';
import { Metadata } from '../sagas/metadata.js';
import { ResetTable } from './reset-table.js';

export const orderRoutes = ({ orders, chrome }: { orders: OrderViewRepository; chrome: Chrome }): Router =>
  express.Router().get('/orders/:orderId', async (request, response) => {
    const { orderId } = request.params;
    const [order, resets] = await Promise.all([orders.order(orderId), orders.resets(orderId)]);
    if (!order && resets.length === 0) {
      throw new PageError(404, 'There is no such order', 'No order has this id, and no saga was ever about it. Look for its number with the box above.');
    }
    send(response, <OrderPage chrome={chrome} operator={signedIn(response)} orderId={orderId} order={order} resets={resets} now={new Date()} />);
  });

interface OrderPageProps {
  chrome: Chrome;
  operator: SignedIn;
  orderId: string;
  order: OrderView | undefined;
  resets: OrderReset[];
  now: Date;
}

const OrderPage = ({ chrome, operator, orderId, order, resets, now }: OrderPageProps) => (
  <Layout chrome={chrome} title={`Order ${order?.origin.number ?? orderId}`} operator={operator}>
    <h1>Order {order?.origin.number ?? orderId}</h1>
    {order ? <Now order={order} /> : <p class="warning">There is no order with this id; somebody asked for a reset of it all the same.</p>}
    <section aria-labelledby="resets">
      <h2 id="resets">
        Resets and recoveries <span class="count">{resets.length}</span>
      </h2>
      {resets.length === 0 ? <p class="empty">This order was never reset.</p> : <ResetTable resets={resets} now={now} />}
    </section>
  </Layout>
);

const Now = ({ order }: { order: OrderView }) => (
  <>
    <p class="quiet">
      {order.origin.tenant} ({order.origin.number}) → {order.destination.tenant} ({order.destination.number ?? 'no number yet'})
    </p>
    <dl class="head-facts">
      <Fact name="Status">{order.status}</Fact>
      <Fact name="Progression">{order.progression_state}</Fact>
      <Fact name="Version">{order.version}</Fact>
      <Fact name="BOLs">{order.bols.length}</Fact>
      <Fact name="Executed drops">{order.executed_drops.length}</Fact>
      <Fact name="Order id">
        <code>{order.order_id}</code>
      </Fact>
      {order.held_by !== undefined && (
        <Fact name="Held by">
          <a href={`/sagas/${encodeURIComponent(order.held_by)}`}>a saga</a>
        </Fact>
      )}
    </dl>
    <details class="json">
      <summary>BOLs and executed drops as they are now</summary>
      <div class="facts">
        <Metadata value={{ bols: order.bols, executed_drops: order.executed_drops }} />
      </div>
    </details>
  </>
);
