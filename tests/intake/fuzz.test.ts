import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createIntakeFixture, scopes } from './intake-fixture.js';
import type { Call, IntakeFixture, Reply } from './intake-fixture.js';

/** A long run: `FUZZ_REQUESTS=20000 FUZZ_SEED=1 npx jest tests/intake/fuzz`. */
const requests = Number(process.env['FUZZ_REQUESTS'] ?? 3_000);
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Concurrent senders, each with a keep-alive connection. They share the process with the intake, so more of them would distort the measured durations. */
const senders = 16;

let fixture: IntakeFixture;
beforeAll(async () => {
  fixture = await createIntakeFixture('fuzz');
  fixture.working = false;
});
afterAll(() => fixture.close());

/** mulberry32: a small random generator with the same results on every platform. */
const random = (start: number) => {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const nasty = ['', ' ', '\0', '\u2028', '\ud800', '$ne', '{"$gt":""}', '__proto__', '../..', '%00', "' OR 1=1", 'x'.repeat(200), '\u{1f600}', '123', 'NaN', 'null', '-1', '1e999', scopes[0]!];
const paths = ['reset', 'reset', 'reset', 'reset', 'get', 'create', 'save_bol', 'save_drop', 'update_status', 'reset/some-known-id/cancel', 'reset/some-known-id/accept', 'reset/some-known-id/reject'];

const fuzzer = (next: () => number) => {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const value = (depth = 0): unknown => {
    const kind = Math.floor(next() * (depth > 3 ? 6 : 8));
    if (kind === 6) return Array.from({ length: Math.floor(next() * 4) }, () => value(depth + 1));
    if (kind === 7) return Object.fromEntries(Array.from({ length: Math.floor(next() * 4) }, () => [pick([...nasty, 'order', 'order_id', 'order_number']), value(depth + 1)]));
    return [null, true, Math.floor(next() * 1e6), next() * 1e300, pick(nasty), 'O-1'][kind];
  };
  const seeds = () => ({
    order: { order_number: pick(['O-0', 'O-1', 'unknown']), order_id: pick([undefined, null, 'f'.repeat(24)]) },
    bol_number: 'B',
    terminal: { source_id: 'T' },
    site: { source_id: 'S' },
    bol_date: '2026-11-02T08:41:00Z',
    mode: 'append',
    progress_status: 'assigned',
    origin_order_number: `N-${Math.floor(next() * 1e9)}`,
    delivery_window: { start: '2026-11-02T08:00:00Z', end: '2026-11-02T16:00:00Z' },
    drops: [],
    details: [],
  });
  const body = (): string | Buffer => {
    const good: Record<string, unknown> = seeds();
    for (let change = Math.floor(next() * 3); change > 0; change--) good[pick(Object.keys(good))] = value();
    let text = JSON.stringify(good);
    for (let cut = Math.floor(next() * 3); cut > 0; cut--) {
      const at = Math.floor(next() * text.length);
      text = pick([text.slice(0, at), text.slice(0, at) + pick(nasty) + text.slice(at), text.slice(0, at) + text.slice(at + 1), text]);
    }
    const bytes = Buffer.from(text);
    if (next() < 0.05 && bytes.length > 0) bytes[Math.floor(next() * bytes.length)] = 0xff;
    return bytes;
  };
  const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, '?');
  return (): { path: string; call: Call } => {
    const headers: [string, string][] = [];
    if (next() < 0.95) headers.push(['X-Dest-Tenant-Name', printable(pick(['Beta', 'Beta', 'Beta', 'Gamma', ...nasty]))]);
    for (const name of ['X-Tenant-Name', 'X-Origin-Instance-Name', 'X-Correlation-ID', 'Idempotency-Key', 'Prefer', 'X-Dest-Tenant-Name']) {
      if (next() < 0.06) headers.push([name, printable(pick([...nasty, `id-${Math.floor(next() * 1e9)}-x`, 'Alpha', 'wait=0']))]);
    }
    if (next() < 0.2) return { path: `/v1/order/reset${pick(['', '/some-known-id', `/${encodeURIComponent(printable(pick(nasty)))}`, `?${printable(pick(nasty))}=${printable(pick(nasty))}`, '?limit=-1', '/x/events'].map((tail) => tail.replaceAll(' ', '+')))}`, call: { method: pick(['GET', 'HEAD', 'DELETE']), headers } };
    return { path: `/v1/order/${pick(paths)}`, call: { as: next() < 0.97 ? 'Alpha' : null, method: 'POST', headers, type: next() < 0.95 ? 'application/json' : pick([null, 'text/plain']), body: body() } };
  };
};

test(`${requests} malformed requests: no internal error, none late, and no rejected request is stored (seed ${seed})`, async () => {
  await fixture.deliver();
  await fixture.deliver();
  const draw = fuzzer(random(seed));
  const count = { total: 0, accepted: 0, slowest: 0, classes: {} as Record<string, number> };
  const bad: string[] = [];
  const ids = new Set<string>();
  const take = (path: string, call: Call, reply: Reply): void => {
    count.total += 1;
    count.slowest = Math.max(count.slowest, reply.ms);
    const group = `${reply.status}`;
    count.classes[group] = (count.classes[group] ?? 0) + 1;
    const isSubmission = path === '/v1/order/reset' && call.method === 'POST' && reply.status === 200;
    if (isSubmission) ids.add(reply.body.log.saga_id);
    const wellFormed = call.method === 'HEAD' || reply.status === 204 || reply.body !== undefined;
    if (reply.status >= 500 || reply.ms > 3_000 || !wellFormed) bad.push(`${reply.status} ${Math.round(reply.ms)} ms ${path} ${JSON.stringify({ ...call, body: String(call.body) })} ${reply.text.slice(0, 200)}`);
  };
  const sender = async (share: number): Promise<void> => {
    for (let sent = 0; sent < share; sent++) {
      const { path, call } = draw();
      take(path, call, await fixture.call(path, call));
    }
  };
  await Promise.all(Array.from({ length: senders }, () => sender(Math.ceil(requests / senders))));

  expect(bad).toEqual([]);
  expect(fixture.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  expect(await fixture.sagas()).toBe(ids.size);
  expect(count.total).toBeGreaterThanOrEqual(requests);
  // Without this, the test would pass if the intake rejected every request.
  expect(ids.size).toBeGreaterThan(requests / 50);
  process.stdout.write(`fuzz: seed ${seed}, ${count.total} responses, slowest ${Math.round(count.slowest)} ms, ${JSON.stringify(count.classes)}\n`);
}, 240_000);
