import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Store } from '@crossroads/store';
import { openStore, sagaCommandRepository } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import mongoose from 'mongoose';
import type { SandboxInfo } from '../../apps/sandbox/src/sandbox-info.js';
import { ranWhole, callsSandbox } from '../docs/commands.js';
import { documents } from '../docs/documents.js';
import { callerOf } from './caller.js';
import type { RunningSandbox } from './run-sandbox.js';
import { isAlive, runSandbox } from './run-sandbox.js';

const { ObjectId, BSON } = mongoose.mongo;

let sandbox: RunningSandbox;
let info: SandboxInfo;
let store: Store;

beforeAll(async () => {
  sandbox = await runSandbox({ DISPATCH_ATTEMPTS: '2', DISPATCH_FIRST_DELAY_MS: '50' });
  info = await sandbox.info();
  store = openStore({ uri: info.mongodb_uri, operationTimeoutMs: 10_000 });
  await store.connected;
}, 180_000);

afterAll(async () => {
  await store.close();
  if (isAlive(info.processes.mongodb!)) await sandbox.stop();
}, 60_000);

const rawOrder = async (orderId: string) => (await store.connection.db!.collection('orders').findOne({ _id: new ObjectId(orderId) }, { promoteValues: false }))!;

interface Received {
  key: string;
  body: { data?: object };
  reply: string;
}
const received = async (orderNumber: string): Promise<Received[]> => {
  const all = (await (await fetch(`${info.destination_url}/received`)).json()) as Received[];
  return all.filter(({ body }) => JSON.stringify(body).includes(`"${orderNumber}"`));
};
const behave = (behaviour: object) =>
  fetch(`${info.destination_url}/behave`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(behaviour) });

describe('the sandbox at start', () => {
  test('resets an order until it is synced, and prints all URLs', () => {
    expect(sandbox.output()).toMatch(/✔ synced after \d+ ms/);
    for (const url of [info.intake_url, info.ops_url, info.destination_url]) expect(sandbox.output()).toContain(url);
  });

  test('runs each part as a separate process', () => {
    const { intake, ops, redis, mongodb, destination, workers } = info.processes;
    const pids = [intake, ops, redis, mongodb, destination, ...workers];
    expect(workers).toHaveLength(2);
    expect(new Set(pids).size).toBe(7);
    for (const pid of pids) expect(isAlive(pid!)).toBe(true);
  });
});

describe('a reset of a delivered order', () => {
  test('clears it, keeps the cleared data, notifies the destination once and has five completed steps', async () => {
    const order = info.orders[0]!;
    const before = await rawOrder(order.order_id);
    const caller = callerOf(info, order);
    const reply = await caller.reset({ order_number: order.order_number });
    expect(reply.status).toBe('pending');
    expect((await caller.outcome(reply)).status).toBe('synced');

    const after = await rawOrder(order.order_id);
    expect(after).toMatchObject({ bols: [], executed_drops: [], progression_state: 'NO_PROGRESS', drops: before['drops'] });

    const { saga_id, correlation_id } = reply.log!;
    const entries = await store.connection.db!.collection('crossroads_logs').find({ saga_id, 'step.outcome': 'done' }, { promoteValues: false }).sort({ 'journal.seq': 1 }).toArray();
    expect(entries.map(({ step }) => step.name)).toEqual(['resolve-order', 'snapshot-order', 'clear-deliveries', 'reset-progression', 'dispatch-reset']);
    for (const entry of entries) expect(entry).toMatchObject({ saga_id, correlation_id });
    const { bols, executed_drops } = entries[1]!['extra_data'];
    expect(Buffer.from(BSON.serialize({ bols, executed_drops }))).toEqual(Buffer.from(BSON.serialize({ bols: before['bols'], executed_drops: before['executed_drops'] })));
    expect(await received(order.order_number)).toHaveLength(1);
  });
});

describe('the commands of the pages', () => {
  const pages = documents()
    .filter(({ path }) => !(path in ranWhole))
    .map(({ path, codeBlocks }) => [path, codeBlocks.filter(({ language, text }) => language === 'bash' && callsSandbox(text)).map(({ text }) => text)] as const)
    .filter(([, blocks]) => blocks.length > 0);

  /** Runs the commands one after the other in one shell. Curl fails on an HTTP error. */
  const typed = async (blocks: readonly string[]): Promise<string> => {
    const here = (text: string) =>
      text
        .replaceAll(/http:\/\/(localhost|127\.0\.0\.1):8080/g, info.intake_url)
        .replaceAll(/http:\/\/(localhost|127\.0\.0\.1):8081/g, info.ops_url)
        .replaceAll('.data/', `${sandbox.dataDir}/`);
    const failing = 'curl() { command curl --fail-with-body "$@"; }';
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', [failing, ...blocks.map(here)].join('\n')]);
    return stdout;
  };

  /** Texts that the page promises. */
  const sees: Record<string, string[]> = { 'README.md': ['"status":"pending"', '"status":"synced"'] };

  test.each(pages)('of %s succeed', async (path, blocks) => {
    const stdout = await typed(blocks);
    expect(stdout).not.toBe('');
    for (const seen of sees[path] ?? []) expect(stdout).toContain(seen);
  });

  test('are found', () => {
    expect(pages.map(([path]) => path)).toContain('README.md');
  });
});

describe('what goes wrong', () => {
  test('a reset of an unknown order ends with status error and the reason', async () => {
    const caller = callerOf(info, info.orders[1]!);
    const outcome = await caller.outcome(await caller.reset({ order_number: 'no-such-order' }));
    expect(outcome).toMatchObject({ status: 'error', message: expect.stringMatching(/^Order not found for number: no-such-order, between you and .+X-Dest-Tenant-Name/) });
    expect(outcome.log!.detail.error).toBe('request.order_not_found');
  });

  test('a request without a body or a counterparty is rejected in the documented format', async () => {
    const response = await fetch(`${info.intake_url}/v1/order/reset`, {
      method: 'POST',
      headers: { 'X-API-Key': info.tenants[0]!.api_key, 'Content-Type': 'application/json' },
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({
      detail: [
        { type: 'missing', loc: ['header', 'X-Dest-Tenant-Name'], msg: 'Field required', input: null },
        { type: 'missing', loc: ['body'], msg: 'Field required', input: null },
      ],
    });
  });

  test('a dispatch is retried while the destination is down, then the saga stops, and a resume completes it', async () => {
    const order = info.orders[2]!;
    await behave({ order_number: order.order_number, reply: 'unavailable', times: 2 });
    const caller = callerOf(info, order);
    const reply = await caller.reset({ order_number: order.order_number });
    expect(await caller.outcome(reply)).toMatchObject({ status: 'error', step: 'dispatch-reset', attempts: 2 });

    const commands = sagaCommandRepository(store);
    expect(await commands.resume((await commands.find(reply.log!.saga_id))!)).toBe(true);
    const outcome = await caller.outcome(reply, 40_000);
    expect(outcome.status).toBe('synced');
    expect(outcome.log!.retried).toBe(true);
    expect(new Set((await received(order.order_number)).map(({ key }) => key)).size).toBe(1);
  }, 60_000);

  test('a worker that dies is replaced, and sandbox.json has the new pid', async () => {
    const [victim] = info.processes.workers;
    process.kill(victim!, 'SIGKILL');
    const workers = await eventually(async () => {
      const now = (await sandbox.info()).processes.workers;
      return now.length === 2 && !now.includes(victim!) && now;
    });
    expect(workers).toHaveLength(2);
  });

  test('while MongoDB is paused the intake responds with 503 within three seconds', async () => {
    const { mongodb } = (await sandbox.info()).processes;
    process.kill(mongodb!, 'SIGSTOP');
    try {
      const began = performance.now();
      const response = await fetch(`${info.intake_url}/v1/order/reset`, {
        method: 'POST',
        headers: { 'X-API-Key': info.tenants[0]!.api_key, 'X-Dest-Tenant-Name': info.tenants[1]!.name, 'Content-Type': 'application/json' },
        body: JSON.stringify({ order: { order_number: 'while-paused' } }),
      });
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
      // The promise is three seconds; the rest is for a busy machine.
      expect(performance.now() - began).toBeLessThan(8_000);
    } finally {
      process.kill(mongodb!, 'SIGCONT');
    }
  });
});

describe('Bull Board', () => {
  test('requires a login', async () => {
    const response = await fetch(`${info.ops_url}/queues`, { redirect: 'manual' });
    expect([302, 303, 401]).toContain(response.status);
  });

  test('shows the jobs of the sagas to an operator', async () => {
    const login = await fetch(`${info.ops_url}/login`, { method: 'POST', redirect: 'manual', headers: { Origin: info.ops_url }, body: new URLSearchParams(info.operator as unknown as Record<string, string>) });
    expect(login.status).toBe(303);
    const cookie = login.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
    const queues = await (await fetch(`${info.ops_url}/queues/api/queues?activeQueue=sagas&status=completed&page=1&jobsPerPage=10`, { headers: { cookie } })).text();
    expect(queues).toContain('saga-');
  });
});

describe('the end', () => {
  test('on SIGTERM every process ends', async () => {
    await store.close();
    const { intake, ops, redis, mongodb, destination, workers } = (await sandbox.info()).processes;
    expect(await sandbox.stop()).toBe(0);
    for (const pid of [intake, ops, redis, mongodb, destination, ...workers]) expect(isAlive(pid!)).toBe(false);
  }, 60_000);
});
