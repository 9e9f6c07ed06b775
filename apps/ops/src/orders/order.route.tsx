import express from 'express';
import type { Router } from 'express';
import type { OrderResets, OrderView, OrderViewRepository } from '@crossroads/store';
import { PageError } from '../http/page-error.js';
import type { SignedIn } from '../login/signed-in.js';
import { signedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { Layout, send } from '../page/layout.js';
import { Property, StructuredValue } from '../page/structured-value.js';
import { ResetTable } from './reset-table.js';

export const orderRoutes = ({ orders, chrome }: { orders: OrderViewRepository; chrome: Chrome }): Router =>
  express.Router().get('/orders/:orderId', async (request, response) => {
    const { orderId } = request.params;
    const [order, resets] = await Promise.all([orders.order(orderId), orders.resets(orderId)]);
    if (!order && resets.total === 0) {
      throw new PageError(404, 'Order not found', 'No order and no saga has this order id. Search for the order number in the box at the top.');
    }
    send(response, <OrderPage chrome={chrome} operator={signedIn(response)} orderId={orderId} order={order} resets={resets} now={new Date()} />);
  });

interface OrderPageProps {
  chrome: Chrome;
  operator: SignedIn;
  orderId: string;
  order: OrderView | undefined;
  resets: OrderResets;
  now: Date;
}

const OrderPage = ({ chrome, operator, orderId, order, resets, now }: OrderPageProps) => (
  <Layout chrome={chrome} title={`Order ${order?.origin.number ?? orderId}`} operator={operator}>
    <h1>Order {order?.origin.number ?? orderId}</h1>
    {order ? <CurrentOrder order={order} /> : <p class="warning">No order with this id exists. The resets below requested it.</p>}
    <section aria-labelledby="resets">
      <h2 id="resets">
        Resets and recoveries <span class="count">{resets.total.toLocaleString('en')}</span>
      </h2>
      {resets.total === 0 ? <p class="empty">No resets of this order found.</p> : <ResetTable resets={resets} now={now} />}
    </section>
  </Layout>
);

const CurrentOrder = ({ order }: { order: OrderView }) => (
  <>
    <p class="quiet">
      {order.origin.tenant} ({order.origin.number}) → {order.destination.tenant} ({order.destination.number ?? 'no number yet'})
    </p>
    <dl class="properties">
      <Property name="Status">{order.status}</Property>
      <Property name="Progression">{order.progression_state}</Property>
      <Property name="Version">{order.version}</Property>
      <Property name="BOLs">{order.bols.length}</Property>
      <Property name="Executed drops">{order.executed_drops.length}</Property>
      <Property name="Order id">
        <code>{order.order_id}</code>
      </Property>
      {order.held_by !== undefined && (
        <Property name="Locked by">
          <a href={`/sagas/${encodeURIComponent(order.held_by)}`}>reset {order.held_by}</a>
        </Property>
      )}
    </dl>
    <details class="json">
      <summary>Current BOLs and executed drops</summary>
      <div class="structured-value">
        <StructuredValue value={{ bols: order.bols, executed_drops: order.executed_drops }} />
      </div>
    </details>
  </>
);
