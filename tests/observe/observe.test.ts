import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ResetReply } from '@crossroads/contract';
import type { Store } from '@crossroads/store';
import { openStore } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import type { SandboxInfo } from '../../apps/sandbox/src/sandbox-info.js';
import { callerOf } from '../sandbox/caller.js';
import type { RunningSandbox } from '../sandbox/run-sandbox.js';
import { runSandbox } from '../sandbox/run-sandbox.js';
import type { Series } from './scrape.js';
import { scrape, sumOf } from './scrape.js';
import type { ReceivedSpan, SpanReceiver } from './span-receiver.js';
import { openSpanReceiver } from './span-receiver.js';

let collector: SpanReceiver;
let sandbox: RunningSandbox;
let face: SandboxInfo;
let store: Store;

beforeAll(async () => {
  collector = await openSpanReceiver();
  sandbox = await runSandbox({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, DISPATCH_FIRST_DELAY_MS: '50' });
  face = await eventually(async () => {
    const now = await sandbox.info();
    return Object.keys(now.probes).length === 4 && now;
  });
  store = openStore({ uri: face.mongodb_uri, operationTimeoutMs: 10_000 });
  await store.connected;
}, 180_000);

afterAll(async () => {
  await store.close();
  await sandbox.stop();
  collector.close();
}, 60_000);

const metricsOf = (app: string): Promise<Series[]> => scrape(face.probes[app]!);
const workers = async (): Promise<Series[]> => (await Promise.all(['worker-1', 'worker-2'].map(metricsOf))).flat();
const behave = (behaviour: object) => fetch(`${face.destination_url}/behave`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(behaviour) });

const submit = async (order: SandboxInfo['orders'][number], headers: Record<string, string> = {}): Promise<ResetReply> => {
  const key = face.tenants.find(({ name }) => name === order.origin)!.api_key;
  const response = await fetch(`${face.intake_url}/v1/order/reset`, {
    method: 'POST',
    headers: { 'X-API-Key': key, 'X-Dest-Tenant-Name': order.destination, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ order: { order_number: order.order_number } }),
  });
  return (await response.json()) as ResetReply;
};
const reset = async (order: SandboxInfo['orders'][number], headers?: Record<string, string>) => {
  const reply = await submit(order, headers);
  const { status } = await callerOf(face, order).outcome(reply);
  return { ...reply.log!, status };
};

const traceId = '0af7651916cd43dd8448eb211c80319c';
const callerSpanId = 'b7ad6b7169203331';
const steps = ['resolve-order', 'snapshot-order', 'clear-deliveries', 'reset-progression', 'dispatch-reset'];

/** Returns the spans of one saga, once the span of its last execution was exported. */
const spansOf = (correlationId: string, ended: (spans: ReceivedSpan[]) => boolean): Promise<ReceivedSpan[]> =>
  eventually(() => {
    const its = new Set(collector.spans.filter(({ attributes }) => attributes['messaging.message.conversation_id'] === correlationId).map((span) => span.traceId));
    const spans = collector.spans.filter((span) => its.has(span.traceId));
    return ended(spans) && spans;
  });
const executionEnded = (spans: ReceivedSpan[]) => spans.some(({ name, attributes }) => name === 'process sagas' && attributes['crossroads.phase'] === 'ended');
const submitted = (spans: ReceivedSpan[]) => spans.some(({ name }) => name === 'POST /v1/order/reset');
const one = (spans: ReceivedSpan[], name: string): ReceivedSpan => {
  const found = spans.filter((span) => span.name === name);
  expect(found).toHaveLength(1);
  return found[0]!;
};

describe('the trace of a reset', () => {
  test('continues the caller’s trace: submit, job, steps, dispatch; each span has saga, step and correlation id', async () => {
    const order = face.orders[1]!;
    const { correlation_id, saga_id, status } = await reset(order, { traceparent: `00-${traceId}-${callerSpanId}-01` });
    expect(status).toBe('synced');
    const spans = await spansOf(correlation_id, (all) => submitted(all) && executionEnded(all));

    const submit = one(spans, 'POST /v1/order/reset');
    const execution = one(spans, 'process sagas');
    const dispatch = one(spans, 'run dispatch-reset');
    const sent = one(spans, 'POST');
    expect(submit).toMatchObject({ traceId, parentSpanId: callerSpanId, service: 'crossroads-intake', attributes: { 'http.response.status_code': 200 } });
    expect(execution).toMatchObject({ traceId, parentSpanId: submit.spanId, service: 'crossroads-worker', attributes: { 'crossroads.saga_id': saga_id, 'crossroads.status': 'synced' } });
    for (const step of steps) {
      const attributes = { 'crossroads.saga_id': saga_id, 'crossroads.step': step, 'crossroads.attempt': 1, 'messaging.message.conversation_id': correlation_id };
      expect(one(spans, `run ${step}`)).toMatchObject({ traceId, parentSpanId: execution.spanId, attributes, failed: false });
    }
    expect(sent).toMatchObject({ traceId, parentSpanId: dispatch.spanId });

    const received = (await (await fetch(`${face.destination_url}/received`)).json()) as { key: string; headers: Record<string, string> }[];
    expect(received.find(({ key }) => key === saga_id)!.headers['traceparent']).toBe(`00-${traceId}-${sent.spanId}-01`);
    const stored = await store.connection.db!.collection('crossroads_logs').find({ saga_id }).toArray();
    expect(JSON.stringify(stored)).not.toContain('traceparent');
  }, 60_000);

  test('begins a new trace for each later attempt, with a link to the submit', async () => {
    const order = face.orders[2]!;
    await behave({ order_number: order.order_number, reply: 'unavailable', times: 1 });
    const { correlation_id } = await reset(order, { traceparent: 'not a traceparent' });
    const spans = await spansOf(correlation_id, (all) => submitted(all) && executionEnded(all));

    const submit = one(spans, 'POST /v1/order/reset');
    expect(submit.parentSpanId).toBe('');
    const [first, second] = spans.filter(({ name }) => name === 'process sagas').sort((a, b) => Number(a.attributes['crossroads.epoch']) - Number(b.attributes['crossroads.epoch']));
    expect(first).toMatchObject({ traceId: submit.traceId, parentSpanId: submit.spanId });
    expect(second).toMatchObject({ parentSpanId: '', links: [expect.objectContaining({ traceId: submit.traceId, spanId: submit.spanId })] });
    expect(second!.traceId).not.toBe(submit.traceId);
    const attempts = spans.filter(({ name }) => name === 'run dispatch-reset').map(({ traceId, failed, attributes }) => ({ within: traceId, failed, outcome: attributes['crossroads.outcome'], attempt: attributes['crossroads.attempt'] }));
    expect(attempts).toHaveLength(2);
    expect(attempts).toContainEqual({ within: submit.traceId, failed: true, outcome: 'unavailable', attempt: 1 });
    expect(attempts).toContainEqual({ within: second!.traceId, failed: false, outcome: 'done', attempt: 2 });
  }, 60_000);
});

describe('the metrics', () => {
  test('count submissions, attempts, compensations and finished sagas', async () => {
    const before = await workers();
    const order = face.orders[4]!;
    await behave({ order_number: order.order_number, reply: 'reject', times: 1 });
    expect((await reset(order)).status).toBe('rejected');
    const after = await workers();
    const grown = (metric: string, labels: Record<string, string>) => sumOf(after, metric, labels) - sumOf(before, metric, labels);

    expect(grown('crossroads_sagas_finished_total', { type: 'reset_order', outcome: 'rejected' })).toBe(1);
    expect(grown('crossroads_saga_duration_seconds_count', { type: 'reset_order' })).toBe(1);
    expect(grown('crossroads_step_attempts_total', { step: 'dispatch-reset', direction: 'run', outcome: 'rejected' })).toBe(1);
    expect(grown('crossroads_step_attempts_total', { step: 'clear-deliveries', direction: 'undo', outcome: 'done' })).toBe(1);
    expect(grown('crossroads_step_duration_seconds_count', { step: 'clear-deliveries', direction: 'run' })).toBe(1);
    expect(sumOf(after, 'crossroads_step_attempts_total', { outcome: 'unavailable' })).toBeGreaterThanOrEqual(1);
    expect(sumOf(await metricsOf('intake'), 'crossroads_sagas_submitted_total', { type: 'reset_order' })).toBeGreaterThanOrEqual(3);
  }, 60_000);

  test('a recovery is submitted by the operator pages and finished by a worker', async () => {
    const order = face.orders[1]!;
    const { saga_id } = await reset(order);
    const answer = await fetch(`${face.ops_url}/v1/ops/sagas/${saga_id}/recover`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${face.operator_key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ reason: 'to see it counted' }),
    });
    expect(answer.status).toBe(200);
    await eventually(async () => sumOf(await workers(), 'crossroads_sagas_finished_total', { type: 'recover_order', outcome: 'synced' }) === 1);
    expect(sumOf(await metricsOf('ops'), 'crossroads_sagas_submitted_total', { type: 'recover_order' })).toBe(1);
  }, 60_000);

  test('requests are measured by the pattern of their route, for every spelling and every status', async () => {
    const of = async (route: string, status: string) => sumOf(await metricsOf('intake'), 'crossroads_http_request_duration_seconds_count', { route, status });
    const [shown, posted, none] = [await of('/v1/order/reset/:correlationId', '4xx'), await of('/v1/order/reset', '4xx'), await of('none', '4xx')];
    await fetch(`${face.intake_url}/v1/order/reset/some-correlation-id`);
    await fetch(`${face.intake_url}/V1/Order/RESET`, { method: 'POST' });
    await fetch(`${face.intake_url}/no/such/thing`);
    await eventually(async () => (await of('none', '4xx')) === none + 1);
    expect([await of('/v1/order/reset/:correlationId', '4xx'), await of('/v1/order/reset', '4xx')]).toEqual([shown + 1, posted + 1]);
    const routes = new Set((await metricsOf('intake')).map(({ labels }) => labels['route']));
    expect([...routes].filter((route) => /some-correlation-id|RESET/.test(route ?? ''))).toEqual([]);
  });

  test('no label contains a tenant, an order or an id', async () => {
    const all = [...(await workers()), ...(await metricsOf('intake')), ...(await metricsOf('ops'))].filter(({ name }) => name.startsWith('crossroads_'));
    const names = new Set(all.flatMap(({ labels }) => Object.keys(labels)));
    expect([...names].sort()).toEqual(['breaker', 'code', 'direction', 'le', 'method', 'outcome', 'phase', 'route', 'state', 'status', 'step', 'type']);
    const values = JSON.stringify(all.map(({ labels }) => labels));
    for (const { name } of face.tenants) expect(values).not.toContain(name);
    for (const { order_id, order_number } of face.orders) for (const id of [order_id, `"${order_number}"`]) expect(values).not.toContain(id);
  });

  test('the backlog is the same for every worker and the operator pages, and available to an autoscaler as JSON', async () => {
    const shared = ['crossroads_oldest_due_seconds', 'crossroads_sagas', 'crossroads_jobs'];
    await eventually(async () => {
      const exported = await Promise.all(['worker-1', 'worker-2', 'ops'].map(async (app) => JSON.stringify((await metricsOf(app)).filter(({ name }) => shared.includes(name)))));
      return new Set(exported).size === 1;
    });
    expect(sumOf(await metricsOf('ops'), 'crossroads_workers')).toBe(2);
    const scaling = await (await fetch(`${face.probes['worker-1']}/internal/scaling`)).json();
    expect(scaling).toEqual({ waiting: expect.any(Number), active: expect.any(Number), delayed: expect.any(Number), oldest_seconds: expect.any(Number) });
  });

  test('can be read with the commands of docs/observing.md', async () => {
    const page = await readFile('docs/observing.md', 'utf8');
    const script = [...page.matchAll(/```bash\n([^`]*)```/g)].map(([, lines]) => lines!).join('\n');
    const { stdout } = await promisify(execFile)('bash', ['-euc', script.replaceAll('.data/', `${sandbox.dataDir}/`)]);
    expect(stdout).toMatch(/^crossroads_worker_idle_seconds /m);
    expect(stdout).toMatch(/"oldest_seconds":/);
  });

  test('are not exported to callers', async () => {
    for (const url of [face.intake_url, face.ops_url]) expect((await fetch(`${url}/metrics`, { redirect: 'manual' })).status).not.toBe(200);
  });
});
