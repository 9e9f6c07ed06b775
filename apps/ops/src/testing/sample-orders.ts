import type { Store } from '@crossroads/store';
import { collections } from '@crossroads/store';

const acme = { id: 'tenant-acme', name: 'Acme Fuels' };
const globex = { id: 'tenant-globex', name: 'Globex Carriers' };

/** Returns an order with two BOLs and three executed drops. */
export const sampleOrder = (number: string, destinationNumber: string | null = `G-${number}`) => ({
  routing: {
    origin_tenant_id: acme.id,
    origin_tenant_name: acme.name,
    origin_source_system: 'gravitate',
    origin_source_system_id: null,
    origin_instance_id: 'acme-prod',
    origin_instance_name: 'production',
    destination_tenant_id: globex.id,
    destination_tenant_name: globex.name,
    destination_source_system: 'generic',
    destination_source_system_id: null,
    destination_instance_id: 'globex-prod',
    destination_instance_name: 'production',
  },
  origin_order_number: number,
  destination_order_number: destinationNumber,
  status: 'synced',
  version: 7,
  progression_state: 'COMPLETE',
  bols: [bol('BOL-88120', 4_200.5), bol('BOL-88121', 3_999)],
  executed_drops: [drop('Tank 1', 4_100), drop('Tank 2', 2_050.25), drop('Tank 3', 2_049)],
  extra_data: {},
});

const bol = (bol_number: string, gross_volume: number) => ({
  bol_number,
  bol_date: new Date('2026-03-01T04:12:00Z'),
  terminal: { name: 'Houston Terminal', source_id: 'T-17' },
  details: [{ product: 'ULSD', supplier: 'Apex', net_volume: gross_volume - 12.25, gross_volume }],
});

const drop = (tank: string, quantity: number) => ({ site: 'Site 12', details: [{ tank, product: 'ULSD', quantity, pre_reading: 812, post_reading: 812 + quantity }] });

/** The caller of a reset of a sample order. */
export const sampleCaller = {
  tenant_id: acme.id,
  tenant_name: acme.name,
  instance_id: 'acme-prod',
  instance_name: 'production',
  source_system: 'gravitate',
  source_system_id: null,
};

export const sampleCounterparty = globex.name;

export const addOrder = async ({ connection }: Store, order: object): Promise<string> => {
  const { insertedId } = await connection.collection(collections.orders).insertOne({ ...order });
  return insertedId.toHexString();
};
