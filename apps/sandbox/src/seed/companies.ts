import type { Routing } from '@crossroads/contract';
import { routingOf } from '@crossroads/order-reset';

/** Sample companies, each with one instance. */
export const companies = [
  { id: 'tenant-brightwater', name: 'Brightwater Fuels', instance: { id: 'instance-brightwater-sd', name: 'Brightwater S&D', system_id: 'bw-01' } },
  { id: 'tenant-cartage-north', name: 'Cartage North', instance: { id: 'instance-cartage-tms', name: 'Cartage TMS', system_id: 'cn-17' } },
  { id: 'tenant-harbor-retail', name: 'Harbor Retail', instance: { id: 'instance-harbor-erp', name: 'Harbor ERP', system_id: 'hr-02' } },
] as const;

export type Company = (typeof companies)[number];

const [brightwater, cartage, harbor] = companies;

/** Pairs of companies with orders between them, used in turn. */
const tradingPairs: readonly (readonly [origin: Company, destination: Company])[] = [
  [brightwater, cartage],
  [harbor, brightwater],
  [cartage, harbor],
];

/** Returns origin and destination of order number `index`. */
export const tradingPairOf = (index: number): (typeof tradingPairs)[number] => tradingPairs[index % tradingPairs.length]!;

export const routingBetween = (origin: Company, destination: Company): Routing => routingOf(endOf(origin), endOf(destination));

const endOf = ({ id, name, instance }: Company) => ({
  tenant_id: id,
  tenant_name: name,
  source_system: 'webhook',
  source_system_id: instance.system_id,
  instance_id: instance.id,
  instance_name: instance.name,
});
