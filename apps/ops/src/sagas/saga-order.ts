import type { ResetRequest } from '@crossroads/order-reset';
import type { LogEntry, SagaDocument } from '@crossroads/store';

/** Returns the order and the two tenants that a saga's request names. A later saga type may have other fields, so all are optional. */
export const orderNamesIn = (request: object) => {
  const { order, caller, dest_tenant_name } = request as Partial<ResetRequest>;
  return {
    order: order?.order_number ?? order?.order_id ?? '—',
    caller: caller?.tenant_name ?? '—',
    counterparty: dest_tenant_name ?? '—',
  };
};

/** Returns the id of a saga's order: from its journal or, if the order is not resolved yet, from its request. */
export const orderIdIn = ({ request }: Pick<SagaDocument, 'request'>, entries: readonly LogEntry[]): string | undefined =>
  entries.findLast(({ metadata }) => metadata.crossroads_order_id !== null)?.metadata.crossroads_order_id ?? (request as { order?: { order_id?: string } }).order?.order_id;
