import type { ResetRequest } from '@crossroads/order-reset';

/** How a saga's request calls its order and the two tenants. Read with care: a later saga type may ask otherwise. */
export const namesIn = (request: object) => {
  const { order, caller, dest_tenant_name } = request as Partial<ResetRequest>;
  return {
    order: order?.order_number ?? order?.order_id ?? '—',
    caller: caller?.tenant_name ?? '—',
    counterparty: dest_tenant_name ?? '—',
  };
};
