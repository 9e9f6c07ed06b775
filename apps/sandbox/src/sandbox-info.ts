import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { companies } from './seed/companies.js';
import { sampleOrders } from './seed/orders.js';
import type { Secrets } from './seed/secrets.js';

/** Content of `sandbox.json` in the data folder, for scripts. */
export interface SandboxInfo {
  intake_url: string;
  ops_url: string;
  destination_url: string;
  mongodb_uri: string;
  redis_url: string;
  operator: { username: string; password: string };
  viewer: { username: string; password: string };
  /** Key for the operator API. */
  operator_key: string;
  tenants: { name: string; instance: string; api_key: string }[];
  clients: { client_id: string; client_secret: string; tenants: string[] }[];
  /** The first is ready to be reset. Origin and destination are tenant names, the number is the origin's. */
  orders: { order_id: string; order_number: string; origin: string; destination: string }[];
  /** URL of the probes and `/metrics` of each process. */
  probes: Record<string, string>;
  processes: { intake: number | null; workers: number[]; ops: number | null; redis: number | null; mongodb: number | null; destination: number | null };
}

export interface Urls {
  intake_url: string;
  ops_url: string;
  destination_url: string;
  mongodb_uri: string;
  redis_url: string;
}

export const sandboxInfo = (urls: Urls, { operator, viewer, operator_key, keys, client }: Secrets, pids: Record<string, number>, probes: Record<string, string>): SandboxInfo => ({
  ...urls,
  operator,
  viewer,
  operator_key: operator_key.text,
  tenants: companies.map(({ id, name, instance }) => ({ name, instance: instance.name, api_key: keys.find(({ tenant_id }) => tenant_id === id)!.text })),
  clients: [{ client_id: client.client_id, client_secret: client.client_secret, tenants: companies.map(({ name }) => name) }],
  orders: sampleOrders().map(({ order_id, origin_order_number, routing }) => ({
    order_id,
    order_number: origin_order_number,
    origin: routing.origin_tenant_name!,
    destination: routing.destination_tenant_name!,
  })),
  probes,
  processes: {
    intake: pids['intake'] ?? null,
    workers: Object.entries(pids).flatMap(([name, pid]) => (name.startsWith('worker-') ? [pid] : [])),
    ops: pids['ops'] ?? null,
    redis: pids['redis'] ?? null,
    mongodb: pids['mongodb'] ?? null,
    destination: pids['destination'] ?? null,
  },
});

/** Writes `sandbox.json`. The rename is atomic, so a script never reads half a file. */
export const writeSandboxInfo = async (dataDir: string, info: SandboxInfo): Promise<void> => {
  const file = join(dataDir, 'sandbox.json');
  await writeFile(`${file}.new`, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
};
