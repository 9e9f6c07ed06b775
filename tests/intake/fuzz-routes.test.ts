import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { routes } from '../../apps/intake/src/routes.js';
import type { AppProcess } from '../deploy/stage.js';
import { listening, spawnApp } from '../deploy/stage.js';
import { ownDatabase, testRedisUrl } from '../stores/own-database.js';
import { undocumentedParts } from './documented-replies.js';
import type { FuzzedRequest } from './fuzz-requests.js';
import { requestsOf } from './fuzz-requests.js';
import type { IntakeFixture, Reply } from './intake-fixture.js';
import { createIntakeFixture, to } from './intake-fixture.js';

/**
 * A long run also checks durations and memory: `FUZZ_PER_ROUTE=20000 FUZZ_SEED=1 npx jest tests/intake/fuzz-routes`.
 * `-t 'GET /v1'` selects routes.
 */
const perRoute = Number(process.env['FUZZ_PER_ROUTE'] ?? 100);
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const isLong = perRoute >= 5_000;

/** Requests generated at once. None is generated or checked while another is measured. */
const portion = 500;
/** Concurrent requests. */
const senders = 6;
const slowMs = 500;
/** The memory of Node moves by some megabytes from one collection to the next. */
const flatMb = 16;

const knownId = 'a-finished-reset';
const unlimited = String(1e9);

let fixture: IntakeFixture;
let intake: AppProcess;
beforeAll(async () => {
  const uri = ownDatabase('fuzz-routes');
  fixture = await createIntakeFixture('fuzz-routes', { uri });
  await fixture.deliver();
  // The order of the examples.
  await fixture.deliver({ origin_order_number: '4711' });
  const order = await fixture.deliver();
  const id: [string, string] = ['X-Correlation-ID', knownId];
  await fixture.call('/v1/order/reset', { headers: [...to('Beta'), id], body: { order: { order_number: order.origin_order_number } } });
  await fixture.over(knownId);
  intake = await listening(
    spawnApp('intake', {
      MONGODB_URI: uri,
      REDIS_URL: testRedisUrl(),
      QUEUE_PREFIX: `fuzz-routes-${process.pid}`,
      TOKEN_SECRET: 'x'.repeat(40),
      INTAKE_PORT: '0',
      SUBMITS_PER_MINUTE: unlimited,
      POLLS_PER_MINUTE: unlimited,
      UNAUTHENTICATED_PER_MINUTE: unlimited,
      MAX_ACTIVE_RESETS_PER_TENANT: unlimited,
    }),
  );
});
afterAll(async () => {
  intake?.signal('SIGKILL');
  await intake?.ended;
  await fixture.close();
});

interface Exchange extends FuzzedRequest {
  reply: Reply;
}

/** Sends all requests to the intake process. Returns every reply. */
const exchange = async (requests: readonly FuzzedRequest[]): Promise<Exchange[]> => {
  const queue = [...requests];
  const exchanges: Exchange[] = [];
  const send = async (): Promise<void> => {
    for (let next = queue.pop(); next; next = queue.pop()) exchanges.push({ ...next, reply: await fixture.callAt(intake.url, next.path, next.call) });
  };
  await Promise.all(Array.from({ length: senders }, send));
  return exchanges;
};

const shown = ({ path, call, reply }: Exchange): string =>
  `${reply.status} ${Math.round(reply.ms)} ms ${call.method} ${path} ${JSON.stringify({ ...call, body: String(call.body).slice(0, 2_000) })} ${reply.text.slice(0, 200)}`;

/** Returns the resident memory of the intake process, in megabytes. */
const memory = (): number => Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${intake.pid}/status`, 'utf8'))![1]) / 1_000);

test.each(routes.map((route) => [route.method.toUpperCase(), route.path, route] as const))(
  `%s %s: ${perRoute} requests, none of which causes an internal error (seed ${seed})`,
  async (method, path, route) => {
    const requests = requestsOf(route, knownId);
    const count: Record<number, number> = {};
    const durations: number[] = [];
    const memories: number[] = [];
    const bad: string[] = [];
    const slow: string[] = [];
    for (let sent = 0; sent < perRoute; sent += portion) {
      const exchanges = await exchange(fc.sample(requests, { numRuns: Math.min(portion, perRoute - sent), seed: seed + sent }));
      for (const { path: sentPath, call, reply } of exchanges) {
        count[reply.status] = (count[reply.status] ?? 0) + 1;
        durations.push(reply.ms);
        const { status, headers, text } = reply;
        bad.push(...undocumentedParts({ method: call.method!, path: sentPath, status, headers, text }));
      }
      bad.push(...exchanges.filter(({ reply }) => reply.status >= 500).map(shown));
      slow.push(...exchanges.filter(({ reply }) => reply.ms > slowMs).map((each) => shown(each).slice(0, 400)));
      if (isLong) memories.push(memory());
    }
    bad.push(...intake.output().split('\n').filter((line) => line.includes('"level":"error"')));
    expect(bad.slice(0, 5)).toEqual([]);
    expect(durations).toHaveLength(perRoute);
    if (!isLong) return;
    durations.sort((a, b) => a - b);
    const at = (share: number): number => durations[Math.ceil(share * durations.length) - 1]!;
    const quarter = (index: number): number => Math.min(...memories.slice((index * memories.length) / 4, ((index + 1) * memories.length) / 4));
    const quarters = [0, 1, 2, 3].map(quarter);
    process.stdout.write(
      `fuzz ${method} ${path}: seed ${seed}, ${durations.length} requests, ${JSON.stringify(count)}, p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, slowest ${at(1).toFixed(0)} ms, ${slow.length} above ${slowMs} ms, ` +
        `memory ${memories[0]} MB at the start, ${memories[memories.length >> 1]} MB in the middle, ${memories.at(-1)} MB at the end, least in each quarter ${quarters.join(' ')} MB\n${slow.slice(0, 3).join('\n')}`,
    );
    expect(slow.slice(0, 5)).toEqual([]);
    expect(quarters[3]! - quarters[2]!).toBeLessThanOrEqual(flatMb);
  },
  3_600_000,
);
