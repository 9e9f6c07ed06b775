import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@crossroads/store';
import type { Store } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import { putOrders } from '../../tools/chaos/src/campaign-orders.js';
import type { Violation } from '../../tools/chaos/src/checker.js';
import { findViolations } from '../../tools/chaos/src/checker.js';
import type { Client } from '../../tools/chaos/src/client.js';
import { createClient } from '../../tools/chaos/src/client.js';
import { readEvidence } from '../../tools/chaos/src/evidence.js';
import type { History, Submission } from '../../tools/chaos/src/history.js';
import { newHistory } from '../../tools/chaos/src/history.js';
import { seededRandom } from '../../tools/chaos/src/random.js';
import { openRecordingDestination } from '../../tools/chaos/src/recording-destination.js';
import { freePorts } from '../../apps/sandbox/src/free-ports.js';
import { secretsIn } from '../../apps/sandbox/src/seed/secrets.js';
import { seed, webhookSecretVariable } from '../../apps/sandbox/src/seed/seed.js';
import { intakeService, workerService } from '../../apps/sandbox/src/services.js';
import { createSupervisor } from '../../apps/sandbox/src/supervisor/supervisor.js';

/** Intakes and workers as processes on given stores, and the records of callers and destination. */
export interface Fleet {
  store: Store;
  history: History;
  /** Submits the resets of further orders, to each intake in turn. Resolves once all have a response. */
  ask(count: number): Promise<void>;
  /** Returns the ids of open sagas. */
  open(): Promise<string[]>;
  /** Polls every reset as its caller, and checks the invariants of a crash campaign. */
  violations(): Promise<Violation[]>;
  /** Returns the process ids by name. */
  pids(): Record<string, number>;
  stop(): Promise<void>;
}

export interface FleetOptions {
  mongodbUri: string;
  /** Intakes and workers use these in turn. */
  redisUrls: string[];
  intakes: number;
  workers: number;
  /** Number of orders, each to be reset once. */
  orders: number;
  env?: Record<string, string>;
}

/** Resets submitted at once. */
const batchSize = 100;

export const startFleet = async ({ mongodbUri, redisUrls, intakes, workers, orders: count, env = {} }: FleetOptions): Promise<Fleet> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'crossroads-fleet-'));
  const history = newHistory();
  const destination = await openRecordingDestination(history);
  destination.setDelay(() => 30);
  const secrets = await secretsIn(dataDir);
  const store = openStore({ uri: mongodbUri, operationTimeoutMs: 30_000 });
  await store.connected;
  await seed(store, secrets, destination.url);
  const { orders, before } = await putOrders(store, count);
  history.orders = before;

  const { REDIS_URL: _redis, MONGODB_URI: _mongodb, ...inherited } = process.env;
  const supervisor = createSupervisor({ env: inherited });
  const ports = await freePorts(intakes);
  const settings = (index: number) => ({
    mongodbUri,
    redisUrl: redisUrls[index % redisUrls.length]!,
    intakePort: ports[index] ?? 0,
    opsPort: 0,
    destinationPort: 0,
    env: {
      TOKEN_SECRET: secrets.token_secret,
      [webhookSecretVariable]: secrets.webhook_secret,
      DESTINATION_PRIVATE_HOSTS: '127.0.0.1',
      ...env,
    },
  });
  const services = [
    ...ports.map((_, index) => ({ ...intakeService(settings(index)), name: `intake-${index + 1}` })),
    ...Array.from({ length: workers }, (_, index) => workerService(index + 1, settings(index))),
  ];
  await Promise.all(services.map((service) => supervisor.start(service))).catch(async (error: unknown) => {
    await supervisor.stopAll();
    throw error;
  });
  const clients = ports.map((port, index): Client => createClient({ intakeUrl: `http://127.0.0.1:${port}`, secrets, history }, seededRandom(index)));

  const asked: { client: Client; submission: Submission }[] = [];
  const sagas = () => store.connection.db!.collection('sagas');
  return {
    store,
    history,
    async ask(many) {
      for (let left = many; left > 0; left -= batchSize) {
        const submissions = orders.slice(asked.length, asked.length + Math.min(left, batchSize)).map((order, index) => {
          const client = clients[index % intakes]!;
          const result = client.submit(order);
          asked.push({ client, submission: history.submissions.at(-1)! });
          return result;
        });
        await Promise.all(submissions);
      }
    },
    async open() {
      const found = await sagas().find({ phase: { $nin: ['ended', 'stopped'] } }, { projection: { _id: 1 } }).toArray();
      return found.map(({ _id }) => String(_id));
    },
    async violations() {
      for (const { client, submission } of asked) await client.poll(submission);
      const found = findViolations({ history, evidence: await readEvidence(store), plan: { submissions: asked.length, faults: [] } });
      // A dozen processes share a busy machine, so slow responses are not a violation here.
      return found.filter(({ description }) => !/ took \d+ ms$| had status 503 although/.test(description));
    },
    pids: () => supervisor.pids(),
    async stop() {
      for (const client of clients) client.end();
      await supervisor.stopAll();
      await destination.close();
      await store.connection.dropDatabase();
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** Resolves once no saga is open. */
export const untilIdle = (fleet: Fleet, withinMs: number): Promise<boolean> => eventually(async () => (await fleet.open()).length === 0, withinMs);
