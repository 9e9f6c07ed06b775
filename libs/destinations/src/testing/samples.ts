import type { Order, SnapshotInfo } from '@crossroads/order-reset';

/** Returns an order from a shipper (the caller) to a carrier (the counterparty). */
export const sampleOrder = (orderNumber: string | null = '4711'): Order => ({
  order_id: 'order-1',
  status: 'synced',
  caller: {
    tenant_id: 'shipper',
    tenant_name: 'Shipper',
    instance_id: 'shipper-erp',
    instance_name: 'ERP',
    source_system: 'erp',
    source_system_id: '1',
    order_number: 'A-1',
  },
  counterparty: {
    tenant_id: 'carrier',
    tenant_name: 'Carrier',
    instance_id: 'carrier-tms',
    instance_name: 'TMS',
    source_system: 'tms',
    source_system_id: '2',
    order_number: orderNumber,
  },
});

export const sampleCleared: SnapshotInfo = { version: 3, sha256: 'ab'.repeat(32), progression_state: 'LOADED', bols: 2, executed_drops: 1 };

export const sampleIds = { dispatchKey: 'saga-1', correlationId: 'correlation-1' };
