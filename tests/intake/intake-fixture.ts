import { Agent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { afterEach, expect, jest } from '@jest/globals';
import { digest, listen, newApiKey } from '@crossroads/platform';
import { resetOrder } from '@crossroads/order-reset';
import type { Destinations } from '@crossroads/order-reset';
import type { NotifySaved, SagaQueue, SagaSubscription, RateCounter } from '@crossroads/saga-bullmq';
import { createSagaRunner } from '@crossroads/saga';
import { auditLogRepository, collections, directoryRepository, journalRepository, orderQueueRepository, makeIndexes, openStore, orderReader, orderRepository, sagaRepository } from '@crossroads/store';
import type { OrderRecord, Store } from '@crossroads/store';
import { eventually, memoryDestination, silent } from '@crossroads/testkit';
import type { RateLimits } from '../../apps/intake/src/http/rate-limiter.js';
import { createIntake } from '../../apps/intake/src/intake.js';
import type { Intervals } from '../../apps/intake/src/waiting/waited-sagas.js';
import { ownDatabase } from '../stores/own-database.js';
import { undocumentedParts, watchReplies } from './documented-replies.js';

/** Allows for a busy machine. Tests that need a short duration measure it themselves. */
jest.setTimeout(60_000);

export const scopes = ['order:reset', 'order:get', 'order:create', 'order:save_bol', 'order:save_drop', 'order:update_status', 'order_request:accept'];

export const tenants = ['Alpha', 'Beta', 'Gamma'] as const;
export type TenantName = (typeof tenants)[number];

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  /** The body as received, which may be compressed. */
  bytes: Buffer;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
  ms: number;
}

export interface Call {
  method?: string;
  /** The tenant whose key is sent; null for no key. */
  as?: TenantName | null;
  /** Names and values as sent. A name may occur twice. */
  headers?: [string, string][];
  /** Text and bytes are sent as they are, other values as JSON. */
  body?: unknown;
  /** Another content type, or null for none. */
  type?: string | null;
}

/** An intake on a real store, with a worker in the same process that runs each enqueued saga. */
export interface IntakeFixture {
  url: string;
  store: Store;
  keys: Record<TenantName, string>;
  client: { id: string; secret: string };
  /** Used unless the fixture was created with other destinations. */
  destination: ReturnType<typeof memoryDestination>;
  /** The log lines, to check that they contain no secret. */
  logged: string[];
  call(path: string, call?: Call): Promise<Reply>;
  /** Calls another intake on the same store. */
  callAt(url: string, path: string, call?: Call): Promise<Reply>;
  /** Stores an order from one tenant to another, by default delivered. */
  deliver(fields?: Partial<OrderRecord>, ends?: { from: TenantName; to: TenantName }): Promise<OrderRecord>;
  /** While false, no enqueued saga is run. */
  working: boolean;
  runSaga(sagaId: string): Promise<unknown>;
  /** Polls until the reset has finished. */
  over(correlationId: string, as?: TenantName): Promise<Reply>;
  sagas(): Promise<number>;
  close(): Promise<void>;
}

const undocumented = new Set<string>();

/** Fails each test of the file that causes a reply which differs from the OpenAPI document. */
afterEach(() => {
  const found = [...undocumented];
  undocumented.clear();
  expect(found).toEqual([]);
});

/** Compares every reply of an intake with the OpenAPI document. */
export const documentedOnly = (app: RequestListener): RequestListener => watchReplies(app, (reply) => undocumentedParts(reply).forEach((part) => undocumented.add(part)));

const generous: RateLimits = { submits: 1e9, polls: 1e9, unauthenticated: 1e9 };

export interface IntakeFixtureOptions {
  uri?: string;
  destinations?: Destinations;
  limits?: RateLimits;
  maxActiveResets?: number;
  maxConcurrentWaits?: number;
  /** Milliseconds after which a stream without events sends a comment. */
  heartbeatMs?: number;
  counter?: RateCounter;
  /** How the worker sends notifications of saved sagas, how the intake receives them, and how often it polls. */
  notifications?: { notifySaved: NotifySaved; subscription: SagaSubscription; waitIntervals: Intervals };
}

export const createIntakeFixture = async (name: string, { limits = generous, uri = ownDatabase(name), maxActiveResets = 1e9, maxConcurrentWaits = 100, heartbeatMs, counter, destinations, notifications }: IntakeFixtureOptions = {}): Promise<IntakeFixture> => {
  const store = openStore({ uri, operationTimeoutMs: 2_000 });
  await store.connected;
  await makeIndexes(store.connection);
  const { keys, client } = await saveTenants(store);
  const destination = memoryDestination();
  const logged: string[] = [];
  const note = (level: string) => (message: string, metadata?: object) => void logged.push(`${level} ${message} ${JSON.stringify(metadata, (_, value: unknown) => (value instanceof Error ? value.stack : value))}`);
  const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };

  const types = [
    resetOrder({
      orders: orderRepository(store),
      auditLog: auditLogRepository(store),
      orderQueue: { ...orderQueueRepository(store), wakeNext: async () => {} },
      destinations: destinations ?? destination,
      dispatchRetry: { attempts: 3, firstDelayMs: 20, maxDelayMs: 40 },
    }),
  ];
  const journal = journalRepository(store);
  const observers = notifications ? [{ stateSaved: ({ sagaId }: { sagaId: string }) => notifications.notifySaved(sagaId) }] : [];
  const runSaga = createSagaRunner({ types, sagas: sagaRepository(store, types), journal, log: silent, observers });
  const active = new Set<Promise<unknown>>();
  const run = async (sagaId: string): Promise<void> => {
    for (;;) {
      const result = await runSaga(sagaId);
      if (!('delayMs' in result) || result.delayMs > 5_000 || !fixture.working) return;
      await new Promise((resolve) => setTimeout(resolve, result.delayMs + 5));
    }
  };
  const queue: Pick<SagaQueue, 'enqueue'> = {
    async enqueue({ sagaId }) {
      if (!fixture.working) return;
      const running = run(sagaId).catch((error: unknown) => void logged.push(String(error)));
      active.add(running);
      void running.then(() => active.delete(running));
    },
  };
  const intake = createIntake({ store, queue, log, tokenSecret: 'x'.repeat(40), limits, maxActiveResets, maxConcurrentWaits, trustedProxies: 0, ...(heartbeatMs !== undefined && { heartbeatMs }), ...(counter && { counter }), ...notifications });
  const server = await listen(documentedOnly(intake.app), 0, '127.0.0.1', { log });
  const agent = new Agent({ keepAlive: true, maxSockets: 200 });
  const orders = orderReader(store);
  let delivered = 0;

  const fixture: IntakeFixture = {
    url: server.url,
    store,
    keys,
    client,
    destination,
    logged,
    working: true,
    runSaga,
    call: (path, call) => fixture.callAt(server.url, path, call),
    callAt: (url, path, call = {}) => send(agent, url, path, { as: 'Alpha', ...call }, keys),
    async deliver(fields = {}, ends = { from: 'Alpha', to: 'Beta' }) {
      const order = { ...deliveredOrder(ends, delivered++), ...fields };
      await orders.put(order);
      return order;
    },
    over: (correlationId, as = 'Alpha') =>
      eventually(async () => {
        const reply = await fixture.call(`/v1/order/reset/${correlationId}`, { as });
        return reply.body.done === true ? reply : undefined;
      }),
    sagas: () => store.connection.db!.collection(collections.sagas).countDocuments(),
    async close() {
      fixture.working = false;
      intake.endWaiting();
      await server.close();
      await Promise.all(active);
      await store.connection.dropDatabase();
      await store.close();
      agent.destroy();
    },
  };
  return fixture;
};

/** Alpha and Beta are partners. Gamma is a partner of neither. */
const partners: Partial<Record<TenantName, string[]>> = { Alpha: ['beta'], Beta: ['alpha'] };

const saveTenants = async (store: Store) => {
  const directory = directoryRepository(store);
  const keys = {} as Record<TenantName, string>;
  const created_at = new Date();
  for (const name of tenants) {
    const id = name.toLowerCase();
    await directory.saveTenant({ _id: id, name, ...(partners[name] && { partners: partners[name] }) });
    await directory.saveInstance({ _id: `${id}-1`, tenant_id: id, name: `${name} One`, source_system: 'webhook', source_system_id: `${id}-sys`, url: 'http://127.0.0.1:9', secret_ref: null });
    const key = newApiKey();
    keys[name] = key.text;
    await directory.saveKey({ _id: key.id, sha256: key.sha256, tenant_id: id, instance_id: `${id}-1`, scopes, created_at, expires_at: null, revoked_at: null });
  }
  const client = { id: 'client-1', secret: 'c'.repeat(43) };
  await directory.saveClient({ _id: client.id, secret_sha256: digest(client.secret), tenant_ids: ['alpha', 'beta'], scopes, created_at, revoked_at: null });
  return { keys, client };
};

const deliveredOrder = ({ from, to }: { from: TenantName; to: TenantName }, index: number): OrderRecord => {
  const end = (side: 'origin' | 'destination', name: TenantName) => ({
    [`${side}_tenant_id`]: name.toLowerCase(),
    [`${side}_tenant_name`]: name,
    [`${side}_source_system`]: 'webhook',
    [`${side}_source_system_id`]: `${name.toLowerCase()}-sys`,
    [`${side}_instance_id`]: `${name.toLowerCase()}-1`,
    [`${side}_instance_name`]: `${name} One`,
  });
  return {
    order_id: (0x6740_0000_0000 + index).toString(16).padEnd(24, '0'),
    routing: { ...end('origin', from), ...end('destination', to) } as OrderRecord['routing'],
    origin_order_number: `O-${index}`,
    destination_order_number: `D-${index}`,
    po: null,
    supply_owner: null,
    delivery_window: { start: '2026-11-02T08:00:00Z', end: '2026-11-02T16:00:00Z', timezone: 'UTC' },
    note: null,
    drops: [{ site: { source_id: 'site-104' }, volume: 7400 }],
    bols: [{ bol_number: 'BOL-1', terminal: { source_id: 'T-14' } }],
    executed_drops: [{ site: { source_id: 'site-104' }, details: [] }],
    bol_photos: [],
    progression_state: 'COMPLETE',
    status: 'synced',
    version: 7,
    extra_data: {},
  };
};

const send = (agent: Agent, url: string, path: string, { method, as, headers = [], body, type = 'application/json' }: Call, keys: Record<TenantName, string>): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const began = performance.now();
    const bytes = body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const raw = [...(as ? [['X-API-Key', keys[as]] as [string, string]] : []), ...(bytes && type !== null ? [['Content-Type', type] as [string, string]] : []), ...headers];
    const outgoing = httpRequest(`${url}${path}`, { agent, method: method ?? (bytes ? 'POST' : 'GET'), headers: { ...(bytes && { 'Content-Length': bytes.length }) } }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString('utf8');
        resolve({ status: incoming.statusCode!, headers: incoming.headers, bytes, text, body: parsed(text), ms: performance.now() - began });
      });
      incoming.on('error', reject);
    });
    const byName = new Map<string, string[]>();
    for (const [header, value] of raw) byName.set(header, [...(byName.get(header) ?? []), value]);
    try {
      for (const [header, values] of byName) outgoing.setHeader(header, values.length === 1 ? values[0]! : values);
    } catch (error) {
      outgoing.destroy();
      return reject(error as Error);
    }
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Returns the header that names the other tenant. */
export const to = (name: string): [string, string][] => [['X-Dest-Tenant-Name', name]];
