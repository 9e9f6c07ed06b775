import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { companies } from './seed/companies.js';
import { sampleOrders } from './seed/orders.js';
import type { Secrets } from './seed/secrets.js';

/** What the sandbox shows to scripts, as `sandbox.json` in its data folder. */
export interface Face {
  intake_url: string;
  ops_url: string;
  destination_url: string;
  mongodb_uri: string;
  redis_url: string;
  operator: { username: string; password: string };
  viewer: { username: string; password: string };
  /** For the operator API. */
  operator_key: string;
  tenants: { name: string; instance: string; api_key: string }[];
  clients: { client_id: string; client_secret: string; tenants: string[] }[];
  /** The first is ready to be reset. Origin and destination are tenant names, the number is the origin's. */
  orders: { order_id: string; order_number: string; origin: string; destination: string }[];
  /** By process: where its probes and its `/metrics` are. */
  probes: Record<string, string>;
  processes: { intake: number | null; workers: number[]; ops: number | null; redis: number | null; mongodb: number | null; destination: number | null };
}

export interface Places {
  intake_url: string;
  ops_url: string;
  destination_url: string;
  mongodb_uri: string;
  redis_url: string;
}

export const faceOf = (places: Places, { operator, viewer, operator_key, keys, client }: Secrets, pids: Record<string, number>, probes: Record<string, string>): Face => ({
  ...places,
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

/** Written whole under another name first: a script may read at any moment. */
export const writeFace = async (dataDir: string, face: Face): Promise<void> => {
  const file = join(dataDir, 'sandbox.json');
  await writeFile(`${file}.new`, `${JSON.stringify(face, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
};
