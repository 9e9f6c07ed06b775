import { AuditTable } from '../audit/audit-table.js';
import { ResetTable } from '../orders/reset-table.js';
import type { SagaDetails } from './saga-details.js';

/** What people did to the saga. */
export const ActionList = ({ details: { saga, operatorActions }, now }: { details: SagaDetails; now: Date }) =>
  operatorActions.length === 0 ? null : (
    <section aria-labelledby="deeds">
      <h2 id="deeds">What operators did</h2>
      <AuditTable records={operatorActions} now={now} />
      <p>
        <a href={`/audit?saga=${encodeURIComponent(saga._id)}`}>All of it</a>
      </p>
    </section>
  );

/** The sagas before and after it. */
export const Others = ({ details: { saga, resets, orderId }, now }: { details: SagaDetails; now: Date }) => (
  <section aria-labelledby="others">
    <h2 id="others">Other sagas of this order</h2>
    {resets.length > 1 ? <ResetTable resets={resets.filter((reset) => reset.saga._id !== saga._id)} now={now} /> : <p class="empty">None.</p>}
    {orderId !== undefined && (
      <p>
        <a href={`/orders/${encodeURIComponent(orderId)}`}>The order and all its resets</a>
      </p>
    )}
  </section>
);
