import { setTimeout as pause } from 'node:timers/promises';
import { collections } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';
import { until } from '../harness/harness.js';
import { machineCpuSeconds } from '../harness/processes.js';
import type { Product, Role } from '../harness/product.js';
import { roles } from '../harness/product.js';
import { putOrders } from '../harness/sample-data.js';
import type { LoadGenerator } from '../load/generator.js';
import type { ResetLoad } from '../load/resets.js';
import { quantile } from '../rounds.js';
import { callersOn } from './http.js';

/** Milliseconds that the processes get after the last reset for what follows it, such as the removal of jobs. */
const afterMs = 500;

const endsWithinMs = 60_000;

/** Returns the milliseconds of CPU per role between two readings, divided by `count`. */
const cpuBetween = (before: Record<Role, number>, after: Record<Role, number>, count: number): Record<string, number> => {
  const each = roles.map((role) => [`cpu_ms_${role}`, (1_000 * (after[role] - before[role])) / count] as const);
  return { cpu_ms: each.reduce((sum, [, ms]) => sum + ms, 0), ...Object.fromEntries(each) };
};

/** Measures the CPU per second without any load: of the product, and of every other process as `other_cpu_ms`. */
export const measureIdle = async (product: Product, seconds: number): Promise<Record<string, number>> => {
  const [cpu, machine, began] = [product.cpu(), machineCpuSeconds(), performance.now()];
  await pause(seconds * 1_000);
  const elapsedS = (performance.now() - began) / 1_000;
  const used = cpuBetween(cpu, product.cpu(), elapsedS);
  return { ...used, other_cpu_ms: Math.max(0, (1_000 * (machineCpuSeconds() - machine)) / elapsedS - used['cpu_ms']!) };
};

/** Sends a load of resets from order `from` on, and measures until the last of them has ended. Throws when one is not `synced`. */
export const measureLoad = async (product: Product, generator: LoadGenerator, from: number, load: ResetLoad): Promise<Record<string, number>> => {
  const { store, companies, intakeUrl } = product;
  await putOrders(store, companies, from, load.count);
  const bytes = await storedBytes(product);
  // The time of the saga ids separates the sagas of this load from earlier ones.
  const first = uuidv7();
  await pause(afterMs);
  const cpu = product.cpu();
  const sent = await generator.resets({ url: `${intakeUrl}/v1/order/reset`, callers: callersOn(product), from }, load);
  if (sent.failed.length > 0) throw new Error(`${sent.failed.length} of ${load.count} resets had an unexpected response. The first: ${sent.failed[0]}`);
  const sagas = store.connection.db!.collection<SagaTimes>(collections.sagas);
  const ended = { _id: { $gte: first }, phase: 'ended' };
  await until(async () => (await sagas.countDocuments(ended)) === load.count, endsWithinMs, `Not every reset ended within ${endsWithinMs / 1_000} s.`, 250);
  await pause(afterMs);
  const used = cpuBetween(cpu, product.cpu(), load.count);
  const documents = await sagas.find(ended, { projection: { status: 1, accepted_at: 1, ended_at: 1 } }).toArray();
  const other = documents.find(({ status }) => status !== 'synced');
  if (other) throw new Error(`Saga ${other._id} ended as ${other.status}, not as synced.`);
  const lastEnd = Math.max(...documents.map(({ ended_at }) => ended_at.getTime()));
  const endedMs = documents.map(({ accepted_at, ended_at }) => ended_at.getTime() - accepted_at.getTime());
  const quantiles = (name: string, values: number[]) => (values.length === 0 ? {} : { [`${name}_p50_ms`]: quantile(values, 0.5), [`${name}_p95_ms`]: quantile(values, 0.95) });
  return {
    per_s: (1_000 * load.count) / (lastEnd - sent.firstPostAt),
    ...used,
    ...quantiles('pending', sent.pendingMs),
    ...quantiles('outcome', sent.outcomeMs),
    ...quantiles('ended', endedMs),
    ...storedBetween(bytes, await storedBytes(product), load.count),
  };
};

interface SagaTimes {
  _id: string;
  status: string;
  accepted_at: Date;
  ended_at: Date;
}

/** Returns the bytes of the documents of each collection, uncompressed and without indexes. */
const storedBytes = async ({ store }: Product): Promise<Record<string, number>> => {
  const db = store.connection.db!;
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, Number((await db.command({ collStats: name }))['size'])] as const)));
};

/** Returns the bytes that one reset has added to each collection. The orders shrink by their deliveries, so they are left out. */
const storedBetween = (before: Record<string, number>, after: Record<string, number>, count: number): Record<string, number> => {
  const each = Object.entries(after).flatMap(([name, size]) => (name === collections.orders || size === before[name] ? [] : [[`stored_bytes_${name}`, (size - (before[name] ?? 0)) / count] as const]));
  return { stored_bytes: each.reduce((sum, [, bytes]) => sum + bytes, 0), ...Object.fromEntries(each) };
};
