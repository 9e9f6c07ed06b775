import type { ResetProgress, ResetReply } from '@crossroads/contract';
import { eventually } from '@crossroads/testkit';
import type { SandboxInfo } from '../../apps/sandbox/src/sandbox-info.js';

export interface Caller {
  reset(order: { order_id?: string; order_number?: string }): Promise<ResetReply>;
  progress(correlationId: string): Promise<ResetProgress>;
  /** Returns the reset's progress once it is done. */
  outcome(reply: ResetReply, withinMs?: number): Promise<ResetProgress>;
}

/** Creates a caller with the API key of the order's origin. */
export const callerOf = ({ intake_url, tenants }: SandboxInfo, { origin, destination }: Pick<SandboxInfo['orders'][number], 'origin' | 'destination'>): Caller => {
  const headers = {
    'X-API-Key': tenants.find(({ name }) => name === origin)!.api_key,
    'X-Dest-Tenant-Name': destination,
    'Content-Type': 'application/json',
  };
  const json = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const response = await fetch(`${intake_url}${path}`, { headers, ...init });
    if (!response.ok) throw new Error(`${path} responded with status ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  const progress = (correlationId: string) => json<ResetProgress>(`/v1/order/reset/${correlationId}?logs=since:0`);
  return {
    reset: (order) => json('/v1/order/reset', { method: 'POST', body: JSON.stringify({ order }) }),
    progress,
    outcome: ({ log }, withinMs) =>
      eventually(async () => {
        const now = await progress(log!.correlation_id);
        return now.done && now;
      }, withinMs),
  };
};
