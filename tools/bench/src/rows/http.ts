import type { Harness, Fixture } from '../harness/harness.js';
import { putOrders } from '../harness/sample-data.js';
import type { Target } from '../load/load.js';
import { quantile } from '../rounds.js';

const connections = 64;

/** Returns the callers of a database as the load generator needs them. */
export const callersOn = ({ companies }: Pick<Fixture, 'companies'>): Target['callers'] =>
  companies.all.map((_, index) => {
    const { caller, counterparty } = companies.pair(index);
    return { apiKey: caller.apiKey, tenantName: caller.tenantName, destTenantName: counterparty.tenantName };
  });

export interface RequestFigures {
  perS: number;
  p50: number;
  p99: number;
}

/** Measures requests per second at saturation and response times at a fixed rate, for the intake and for its baseline. */
export const measureRequests = async ({ loadGenerator }: Harness, fixture: Fixture, url: string, seconds: number, fixedPerS: number): Promise<RequestFigures> => {
  const target = (): Target => ({ url, callers: callersOn(fixture), from: fixture.reserve(100_000) });
  const { perS, failed } = await loadGenerator.saturate(target(), connections, seconds * 1_000);
  const pace = await loadGenerator.pace(target(), { perS: fixedPerS, count: Math.round(fixedPerS * seconds) });
  if (failed + pace.failed > 0) throw new Error(`${failed + pace.failed} requests to ${url} did not get status 200.`);
  return { perS, p50: quantile(pace.latencies, 0.5), p99: quantile(pace.latencies, 0.99) };
};

export interface Latency {
  p50: number;
  p99: number;
}

/** Measures the milliseconds from a request until its dispatch reaches the destination, at a fixed rate with jitter. */
export const endToEnd = async ({ loadGenerator }: Harness, fixture: Fixture, url: string, perS: number, count: number): Promise<Latency> => {
  const from = fixture.reserve(count);
  await putOrders(fixture.store, fixture.companies, from, count);
  const target = { url, callers: callersOn(fixture), from };
  const { latencies, failed } = await loadGenerator.endToEnd(target, { perS, count });
  if (failed > 0) throw new Error(`${failed} of ${count} resets sent to ${url} never reached the destination.`);
  return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
};
