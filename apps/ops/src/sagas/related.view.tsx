import { AuditTable } from '../audit/audit-table.js';
import { ResetTable } from '../orders/reset-table.js';
import type { SagaDetails } from './saga-details.js';

/** Shows the operator actions on the saga. */
export const OperatorActions = ({ details: { saga, operatorActions }, now }: { details: SagaDetails; now: Date }) =>
  operatorActions.length === 0 ? null : (
    <section aria-labelledby="operator-actions">
      <h2 id="operator-actions">Operator actions</h2>
      <AuditTable records={operatorActions} now={now} />
      <p>
        <a href={`/audit?saga=${encodeURIComponent(saga._id)}`}>View in audit log</a>
      </p>
    </section>
  );

/** Shows the other sagas of the order. */
export const OtherSagas = ({ details: { saga, resets, orderId }, now }: { details: SagaDetails; now: Date }) => {
  const others = { resets: resets.resets.filter((reset) => reset.saga._id !== saga._id), total: resets.total - 1 };
  return (
    <section aria-labelledby="other-sagas">
      <h2 id="other-sagas">Other resets of this order</h2>
      {others.resets.length > 0 ? <ResetTable resets={others} now={now} /> : <p class="empty">No other resets found.</p>}
      {orderId !== undefined && (
        <p>
          <a href={`/orders/${encodeURIComponent(orderId)}`}>View the order and all its resets</a>
        </p>
      )}
    </section>
  );
};
