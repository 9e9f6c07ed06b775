import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { expect } from '@jest/globals';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import { openSagaQueue } from '@crossroads/saga-bullmq';
import type { LogEntry, InstanceDocument, OrderRecord, SagaDocument, Store } from '@crossroads/store';
import { collections, directoryRepository, makeIndexes, openStore, orderReader, sagaCommandRepository, sagaViewRepository } from '@crossroads/store';
import type { LocalServer, ReceivedRequest, RequestHandler } from '@crossroads/testkit';
import { eventually, startLocalServer } from '@crossroads/testkit';
import { Webhook } from 'standardwebhooks';
import { uuidv7 } from 'uuidv7';
import { orderIdOf, storeSagas } from '../sandbox/many-sagas.js';

/** A destination of one test, and the requests it received. */
export interface Destination {
  instance: InstanceDocument;
  /** The resets it received, without token requests. */
  resets: ReceivedRequest[];
  port: number;
}

/** The order of a reset as it was before, and as it is once it is cleared. */
export const delivered = { bols: [expect.anything()], executed_drops: [expect.anything()], progression_state: 'COMPLETE' };
export const cleared = { bols: [], executed_drops: [], progression_state: 'NO_PROGRESS' };

/** State of one reset, its log entries and its order. */
export interface Outcome {
  saga: SagaDocument;
  entries: LogEntry[];
  order: OrderRecord;
}

/** Real stores and a real worker process. The destinations are servers of the test. */
export interface DestinationHarness {
  store: Store;
  worker: ChildProcess;
  /** Returns the complete output of the worker. */
  output(): string;
  /** Values that must not leave the worker. */
  secrets: readonly string[];
  /** Adds a destination whose server handles requests with `handle`; `fields` override those of the instance. */
  destination(handle: RequestHandler, fields?: Partial<InstanceDocument>): Promise<Destination>;
  destinations: readonly Destination[];
  /** Stores and enqueues resets of as many orders for a destination. Returns the ids of the sagas. */
  resets(to: Destination, count?: number): Promise<string[]>;
  reset(to: Destination): Promise<string>;
  enqueue(sagaId: string): Promise<void>;
  read(sagaId: string): Promise<Outcome>;
  /** Waits until the outcome fulfils the condition. */
  until(sagaId: string, condition: (outcome: Outcome) => boolean): Promise<Outcome>;
  untilEnded(sagaId: string): Promise<Outcome>;
  /** Waits until the log of any of these sagas contains the error code. */
  untilLogged(sagaIds: readonly string[], code: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Short retry delays for the tests. All other settings have their defaults: 15 s per attempt, 10 s until an open circuit sends a probe. */
const shortDelays = { DISPATCH_ATTEMPTS: '8', DISPATCH_FIRST_DELAY_MS: '50', DISPATCH_MAX_DELAY_MS: '500', SWEEP_INTERVAL_MS: '1000' };

const webhookSecret = randomBytes(32).toString('base64');
const clientSecret = randomBytes(24).toString('hex');
const token = `token-${randomBytes(16).toString('hex')}`;

const caller = { origin_tenant_id: 'shipper', origin_tenant_name: 'Shipper', origin_source_system: 'webhook', origin_source_system_id: null, origin_instance_id: 'shipper-erp', origin_instance_name: 'ERP' };

export const openDestinationHarness = async (env: Record<string, string> = {}): Promise<DestinationHarness> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'crossroads-destinations-'));
  const { REDIS_URL: _redis, MONGODB_URI: _mongodb, ...inherited } = process.env;
  const stores = spawn(process.execPath, ['apps/sandbox/dist/stores/main.js', '--data', dataDir], { env: inherited, stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: stores.stdout }), 'line')) as [string];
  const { redis_url, mongodb_uri } = JSON.parse(line) as { redis_url: string; mongodb_uri: string };
  const store = openStore({ uri: mongodb_uri, operationTimeoutMs: 30_000 });
  await store.connected;
  await makeIndexes(store.connection);
  const queue: SagaQueue = openSagaQueue(redis_url, () => undefined);
  await eventually(async () => (await queue.count()) >= 0);

  let output = '';
  const preloads = [resolve('apps/sandbox/dist/end-with-parent.js'), resolve('tests/destinations/fake-name-server.mjs')];
  const worker = spawn(process.execPath, [...preloads.flatMap((path) => ['--import', pathToFileURL(path).href]), 'apps/worker/dist/main.js'], {
    env: {
      ...inherited,
      ...shortDelays,
      MONGODB_URI: mongodb_uri,
      REDIS_URL: redis_url,
      DESTINATION_PRIVATE_HOSTS: '127.0.0.1,localhost',
      WEBHOOK_SECRET: `whsec_${webhookSecret}`,
      SD_SECRET: JSON.stringify({ client_id: 'hub', client_secret: clientSecret }),
      // The worker must verify certificates in spite of this variable.
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  await eventually(() => output.includes('worker ready'), 60_000);

  const directory = directoryRepository(store);
  const servers: LocalServer[] = [];
  const destinations: Destination[] = [];

  const read = async (sagaId: string): Promise<Outcome> => {
    const [saga, entries, order] = await Promise.all([sagaCommandRepository(store).find(sagaId), sagaViewRepository(store).entries(sagaId), orderReader(store).get(orderIdOf(sagaId))]);
    return { saga: saga!, entries, order: order! };
  };
  const until = (sagaId: string, condition: (outcome: Outcome) => boolean): Promise<Outcome> =>
    eventually(async () => {
      const outcome = await read(sagaId);
      return condition(outcome) && outcome;
    }, 60_000);
  const resets = async ({ instance }: Destination, count = 1): Promise<string[]> => {
    const sagas = await storeSagas(store, count, {
      routing: {
        ...caller,
        destination_tenant_id: instance.tenant_id,
        destination_tenant_name: `Company of ${instance.name}`,
        destination_source_system: instance.source_system,
        destination_source_system_id: null,
        destination_instance_id: instance._id,
        destination_instance_name: instance.name,
      },
      numbered: (sagaId) => String(Number.parseInt(sagaId.replaceAll('-', '').slice(-12), 16)),
    });
    const jobs = sagas.map(({ saga_id, correlation_id, type, tenant_id }) => ({ sagaId: saga_id, correlationId: correlation_id, type, tenantId: tenant_id, epoch: 0 }));
    // The worker's sweep enqueues the sagas whose jobs were not acknowledged in time.
    for (let from = 0; from < jobs.length; from += 500) await queue.enqueueAll(jobs.slice(from, from + 500)).catch(() => undefined);
    return sagas.map(({ saga_id }) => saga_id);
  };

  return {
    store,
    worker,
    output: () => output,
    secrets: [webhookSecret, clientSecret, token],
    destinations,
    async destination(handle, fields = {}) {
      const received: ReceivedRequest[] = [];
      const server = await startLocalServer((request, response) => {
        if (request.path.endsWith('/token')) return response.end(JSON.stringify({ access_token: token, expires_in: 3_600 }));
        received.push(request);
        return handle(request, response);
      });
      servers.push(server);
      const id = uuidv7();
      const source_system = fields.source_system ?? 'webhook';
      const instance: InstanceDocument = {
        _id: id,
        tenant_id: `tenant-${id}`,
        name: `instance ${servers.length}`,
        source_system,
        source_system_id: null,
        url: `${server.url}/resets`,
        secret_ref: source_system === 'webhook' ? 'env:WEBHOOK_SECRET' : 'env:SD_SECRET',
        ...fields,
      };
      await directory.saveTenant({ _id: instance.tenant_id, name: `Company of ${instance.name}` });
      await directory.saveInstance(instance);
      const destination = { instance, resets: received, port: Number(new URL(server.url).port) };
      destinations.push(destination);
      return destination;
    },
    resets,
    reset: async (to) => (await resets(to))[0]!,
    async enqueue(sagaId) {
      const { saga } = await read(sagaId);
      await queue.enqueue({ sagaId, correlationId: saga.correlation_id, type: saga.type, tenantId: saga.tenant_id, epoch: saga.epoch, due: saga.next_run_at! });
    },
    read,
    until,
    untilLogged: (sagaIds, code) => eventually(() => store.connection.db!.collection(collections.logs).findOne({ saga_id: { $in: sagaIds }, 'detail.error': code }), 60_000),
    untilEnded: (sagaId) => until(sagaId, ({ saga }) => saga.phase === 'ended'),
    async close() {
      for (const server of servers) await server.close();
      await stop(worker);
      await queue.close();
      await store.close();
      stores.stdin.end();
      if (stores.exitCode === null) await once(stores, 'exit');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
};

/** Returns the idempotency key of a request. Supply & Dispatch has none: its body names the order, and a second reset changes nothing. */
export const keyOf = ({ headers, body }: ReceivedRequest): string => (headers['idempotency-key'] as string | undefined) ?? body;

/** Throws when the destination cannot verify that the request came from this service. */
export const assertAuthentic = ({ headers, body }: ReceivedRequest): void => {
  if (headers['webhook-id'] !== undefined) new Webhook(webhookSecret).verify(body, headers as Record<string, string>);
  else if (headers.authorization !== `Bearer ${token}`) throw new Error('the request has neither a signature nor the token');
};

/** Returns the error codes of the attempts that failed or were deferred, in order. */
export const codesOf = ({ entries }: Outcome): string[] => entries.flatMap(({ detail }) => detail.error ?? []);

/** Returns the entries of attempts with an unknown outcome. */
export const failures = ({ entries }: Outcome): LogEntry[] => entries.filter(({ step }) => step.outcome === 'unavailable');

/** Returns the destination's replies that the log contains. */
export const repliesIn = ({ entries }: Outcome): { http_status: number; body: string }[] =>
  entries.flatMap(({ extra_data }) => (extra_data as { reply?: { http_status: number; body: string } } | undefined)?.reply ?? []);
