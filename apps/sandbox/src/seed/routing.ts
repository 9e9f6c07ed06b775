import type { Routing } from '@crossroads/contract';
import { routingOf } from '@crossroads/order-reset';
import type { Company } from './companies.js';
import { companies } from './companies.js';

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
