import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { orderLimits } from '@crossroads/contract';
import { eventually } from '@crossroads/testkit';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import { parseAllDocuments } from 'yaml';
import type { AppProcess, Stage } from './stage.js';
import { openStage } from './stage.js';

jest.setTimeout(180_000);

const readers = 200;

let stage: Stage;
let intake: AppProcess;
let worker: AppProcess;
const sockets: Socket[] = [];
beforeAll(async () => {
  stage = await openStage();
  [intake, worker] = await Promise.all([stage.start('intake', { WRITE_TIMEOUT_MS: '4000', NODE_OPTIONS: `--max-old-space-size=${memoryLimit() / 1024 / 1024 / 2}` }), stage.start('worker')]);
  await eventually(async () => (await fetch(`${intake.probes}/readyz`)).ok);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await stage.close();
});

const headers = () => ({ 'X-API-Key': stage.secrets.keys[0]!.text, 'X-Dest-Tenant-Name': 'Cartage North', 'Content-Type': 'application/json' });

const call = async (path: string, body?: object): Promise<{ status: number; text: string }> => {
  const response = await fetch(`${intake.url}${path}`, { headers: headers(), ...(body && { method: 'POST', body: JSON.stringify(body) }) });
  return { status: response.status, text: await response.text() };
};

/** Creates an order and saves BOLs until the order is full. */
const fullOrder = async (origin_order_number: string): Promise<void> => {
  const created = await call('/v1/order/create', { origin_order_number, delivery_window: { start: '2026-11-02T08:00:00Z', end: '2026-11-02T16:00:00Z' }, drops: [] });
  expect([created.status, created.text]).toEqual([200, created.text]);
  const name = (letter: string) => ({ source_id: letter.repeat(128), source_name: letter.repeat(128), mapping_id: letter.repeat(128) });
  const details = Array.from({ length: 40 }, () => ({ product: name('p'), supplier: name('s'), net_volume: 1.25, gross_volume: 1.5 }));
  for (let index = 0; ; index++) {
    const { status } = await call('/v1/order/save_bol', { order: { order_number: origin_order_number }, bol_number: `BOL-${index}`, terminal: { source_id: 'T' }, bol_date: '2026-11-02T08:41:00Z', details });
    if (status === 422) return;
    expect(status).toBe(200);
  }
};

/** Polls several times on one connection and reads no more than the first bytes. The kernel keeps the first replies; the intake keeps the rest. */
const readSlowly = async (path: string, body: string): Promise<void> => {
  const { hostname, port } = new URL(intake.url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  sockets.push(socket);
  const head = Object.entries(headers()).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`${body === '' ? 'GET' : 'POST'} ${path} HTTP/1.1\r\nHost: x\r\n${head}Content-Length: ${body.length}\r\n\r\n${body}`.repeat(10));
  await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
};

/** Returns the largest resident memory of a process so far, in bytes. */
const peakMemory = ({ pid }: AppProcess): number => Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;

/** Returns the memory limit of the intake in the manifest, in bytes. In a container, V8 uses half of it for its heap. */
const memoryLimit = (): number => {
  const documents = parseAllDocuments(readFileSync(join(__dirname, '../../deploy/kubernetes/intake.yaml'), 'utf8')).map((each) => each.toJS() as Deployment);
  const { memory } = documents.find(({ kind }) => kind === 'Deployment')!.spec!.template.spec!.containers[0]!.resources!.limits!;
  return Number(/^(\d+)Mi$/.exec(memory!)![1]) * 1024 * 1024;
};

test(`${readers} callers that do not read their replies leave the intake below its memory limit, and are cut off`, async () => {
  await fullOrder('full');
  await fullOrder('reset');
  const submitted = await call('/v1/order/reset', { order: { order_number: 'reset' } });
  const path = `/v1/order/reset/${(JSON.parse(submitted.text) as { log: { correlation_id: string } }).log.correlation_id}`;
  await eventually(async () => (JSON.parse((await call(path)).text) as { done: boolean }).done, 60_000);
  const replies = [(await call('/v1/order/get', { order_number: 'full' })).text.length, (await call(`${path}?logs=all`)).text.length];
  // Without this, the test would pass with small replies.
  expect(Math.min(...replies)).toBeGreaterThan(orderLimits.bytes / 2);

  const idle = peakMemory(intake);
  await Promise.all(Array.from({ length: readers }, (_, index) => (index % 2 === 0 ? readSlowly('/v1/order/get', '{"order_number":"full"}') : readSlowly(`${path}?logs=all`, ''))));
  // A busy machine may respond with 503 while the readers connect.
  await eventually(async () => (await call(path)).status === 200, 60_000);
  await eventually(() => intake.output().includes('WRITE_TIMEOUT_MS'), 60_000);
  process.stdout.write(`slow readers: replies of ${replies.join(' and ')} bytes, peak memory ${Math.round(idle / 1e6)} MB before, ${Math.round(peakMemory(intake) / 1e6)} MB with ${readers} readers\n`);
  expect(peakMemory(intake)).toBeLessThan(memoryLimit());
  expect(worker.output()).not.toContain('"level":"error"');
});
