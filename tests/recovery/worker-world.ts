import type { SagaQueue, SagaWorker, QueueName, BullmqQueue } from '@crossroads/saga-bullmq';
import { closeQueue, openSagaQueue, openQueue, startSagaWorker } from '@crossroads/saga-bullmq';
import type { RunResult, CompensatableStep, StepContext } from '@crossroads/saga';
import { createSagaRunner, done, saga } from '@crossroads/saga';
import type { SagaDocument, SagaRepository, Store } from '@crossroads/store';
import { collections, intakeRepository, journalRepository, makeIndexes, openStore, recoveryRepository, sagaRepository, sweepRepository } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { processJob } from '../../apps/worker/src/process-job.js';
import type { ClaimRenewal } from '../../apps/worker/src/renew-claims.js';
import { renewClaims } from '../../apps/worker/src/renew-claims.js';
import { createRecoverLapsed } from '../../apps/worker/src/recover-lapsed.js';
import { createSweep } from '../../apps/worker/src/sweep.js';
import { ownDatabase, testRedisUrl } from '../stores/own-database.js';

export interface OrderQueue {
  message: string;
  [fact: string]: unknown;
}

/** A worker's parts on the real stores, put together as the worker puts them, with sagas of one step. */
export interface WorkerWorld {
  store: Store;
  queue: SagaQueue;
  bullmqQueue: BullmqQueue;
  queueName: QueueName;
  lines: OrderQueue[];
  /** Accepts sagas that have been due for a minute, and enqueues nothing. */
  accept(count?: number): Promise<string[]>;
  enqueueAll(sagaIds: readonly string[]): Promise<void>;
  saga(sagaId: string): Promise<SagaDocument>;
  change(sagaId: string, change: object): Promise<void>;
  jobsOf(sagaId: string): Promise<{ id: string; state: string }[]>;
  /** A worker's turn at a saga. */
  executions(options?: ExecutionOptions): Executions;
  /** Takes jobs until it is closed. */
  startWorker(answer: (sagaId: string, started: number) => Promise<RunResult>, concurrency?: number): SagaWorker;
  sweep(): Promise<void>;
  /** How many jobs sweeps have made. */
  reenqueued(): number;
  recover(): Promise<void>;
  close(): Promise<void>;
}

export interface ExecutionOptions {
  act?: (context: StepContext) => unknown;
  /** Changes what the repository does, beneath the keeper of claims. */
  wrap?: (sagas: SagaRepository) => SagaRepository;
  /** The store its claims are made in. */
  on?: Store;
  everyMs?: number;
}

export interface Executions {
  runSaga(sagaId: string): Promise<RunResult>;
  answer(sagaId: string, started: number): Promise<RunResult>;
  claims: ClaimRenewal;
}

export const types = [{ type: 'sample', version: 1 }];

export const openWorkerWorld = async (name: string): Promise<WorkerWorld> => {
  const store = openStore({ uri: ownDatabase(name), operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
  const queueName = { name: 'sagas', prefix: `${name}-${process.pid}` };
  const redisUrl = testRedisUrl();
  const queue = openSagaQueue(redisUrl, () => undefined, queueName);
  const bullmqQueue = openQueue(redisUrl, () => undefined, queueName);
  await eventually(async () => (await queue.count()) >= 0);

  const lines: OrderQueue[] = [];
  const say = (message: string, metadata?: object) => void lines.push({ message, ...metadata });
  const log = { debug: say, info: say, warn: say, error: say };
  const workers: SagaWorker[] = [];
  const kept: ClaimRenewal[] = [];
  let reenqueued = 0;
  const sweep = createSweep({ sagas: sweepRepository(store), orders: { unlock: async () => false }, queue, log, reenqueued: (jobs) => void (reenqueued += jobs) });
  const sagas = () => store.connection.db!.collection<SagaDocument>(collections.sagas);

  return {
    store,
    queue,
    bullmqQueue,
    queueName,
    lines,
    async accept(count = 1) {
      const ids = Array.from({ length: count }, () => uuidv7());
      const accepted_at = new Date(Date.now() - 60_000);
      const intake = intakeRepository(store);
      await Promise.all(
        ids.map((saga_id) =>
          intake.accept({ saga_id, correlation_id: saga_id, type: 'sample', version: 1, tenant_id: 't', concurrency_keys: [], request: {}, inbound_request: {}, accepted_at }),
        ),
      );
      return ids;
    },
    enqueueAll: (sagaIds) => queue.enqueueAll(sagaIds.map((sagaId) => ({ sagaId, correlationId: sagaId, type: 'sample', tenantId: 't', epoch: 0 }))),
    async saga(sagaId) {
      return (await sagas().findOne({ _id: sagaId }))!;
    },
    async change(sagaId, change) {
      await sagas().updateOne({ _id: sagaId }, change);
    },
    async jobsOf(sagaId) {
      const jobs = await bullmqQueue.getJobs(['waiting', 'prioritized', 'active', 'delayed', 'failed', 'completed']);
      return Promise.all(jobs.filter(({ data }) => data.saga_id === sagaId).map(async (job) => ({ id: job.id!, state: await job.getState() })));
    },
    executions({ act = () => undefined, wrap = (repository: SagaRepository) => repository, on = store, everyMs } = {}) {
      const claims = renewClaims(wrap(sagaRepository(on, types)), log, everyMs);
      kept.push(claims);
      const journal = journalRepository(store, () => ({ routing: {}, metadata: {} }) as never);
      const runSaga = createSagaRunner({ types: [sample(act)], sagas: claims.sagas, journal, log, observers: [claims.observer] });
      return { runSaga, answer: processJob(runSaga, log), claims };
    },
    startWorker(answer, concurrency = 20) {
      const worker = startSagaWorker({ redisUrl, concurrency, process: answer, onError: (error) => say('the worker reports an error', { error }), queueName });
      workers.push(worker);
      return worker;
    },
    sweep,
    reenqueued: () => reenqueued,
    recover: createRecoverLapsed({ sagas: recoveryRepository(store), queue }),
    async close() {
      await Promise.all(workers.map((worker) => worker.close(5_000)));
      await Promise.all(kept.map((claims) => claims.stop()));
      await bullmqQueue.obliterate({ force: true });
      await closeQueue(bullmqQueue);
      await queue.close();
      await store.connection.dropDatabase();
      await store.close();
    },
  };
};

const sample = (act: (context: StepContext) => unknown) => {
  const step: CompensatableStep<object, object> = {
    name: 'one',
    title: 'One',
    status: { done: 'synced', rejected: 'rejected' },
    retry: { attempts: 3, firstDelayMs: 100, growth: 2, maxDelayMs: 1_000 },
    timeoutMs: 3_600_000,
    run: async (_state, context) => {
      await act(context);
      return done({});
    },
    undo: async () => {},
  };
  return saga('sample', z.object({})).compensatable(step);
};
