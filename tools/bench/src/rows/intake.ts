import type { Target } from '../outside/requests.js';
import { quantile } from '../report/rounds.js';
import type { Fixture, World } from '../world/world.js';

const connections = 64;

/** Who may call on a ground, as the callers outside need to know it. */
export const callersOn = ({ companies }: Fixture): Target['callers'] =>
  companies.all.map((_, index) => {
    const { caller, counterparty } = companies.pair(index);
    return { apiKey: caller.apiKey, tenantName: caller.tenantName, destTenantName: counterparty.tenantName };
  });

export interface Taken {
  perS: number;
  p50: number;
  p99: number;
}

/** Requests a second at saturation, and milliseconds to the answer at a fixed rate; the same for the intake and its floor. */
export const takeIn = async ({ outside }: World, fixture: Fixture, url: string, seconds: number, fixedPerS: number): Promise<Taken> => {
  const target = (): Target => ({ url, callers: callersOn(fixture), from: fixture.take(100_000), prefix: 'SO-' });
  const { perS, failed } = await outside.saturate(target(), connections, seconds * 1_000);
  const pace = await outside.pace(target(), { perS: fixedPerS, count: Math.round(fixedPerS * seconds) });
  if (failed + pace.failed > 0) throw new Error(`${failed + pace.failed} requests to ${url} were not answered with 200.`);
  return { perS, p50: quantile(pace.latencies, 0.5), p99: quantile(pace.latencies, 0.99) };
};
