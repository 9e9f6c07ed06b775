import { quantile } from '../report/rounds.js';
import { orderNumber, putOrders } from '../world/orders.js';
import type { Fixture, World } from '../world/world.js';
import { callersOn } from './intake.js';

export interface Latency {
  p50: number;
  p99: number;
}

/** Milliseconds from a request being sent to its dispatch having arrived at the sink, at a fixed rate with jitter. */
export const endToEnd = async ({ outside }: World, fixture: Fixture, url: string, perS: number, count: number): Promise<Latency> => {
  const from = fixture.take(count);
  await putOrders(fixture.store, fixture.companies, from, count);
  const first = Number(orderNumber(0).slice(3));
  const target = { url, callers: callersOn(fixture), from: first + from, prefix: 'SO-' };
  const { latencies, failed } = await outside.endToEnd(target, { perS, count });
  if (failed > 0) throw new Error(`${failed} of ${count} resets sent to ${url} never arrived at the sink.`);
  return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
};
