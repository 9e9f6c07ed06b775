import type { SagaQueue, SagaWorker, QueueName, BullmqQueue } from '@crossroads/saga-bullmq';
import { closeQueue, openSagaQueue, openQueue, startSagaWorker } from '@crossroads/saga-bullmq';
import type { RunResult, CompensatableStep, StepContext } from '@crossroads/saga';
import { createSagaRunner, done, saga } from '@crossroads/saga';
import type { SagaDocument, SagaRepository, Store } from '@crossroads/store';
import { intakeRepository, journalRepository, recoveryRepository, sagaRepository, sweepRepository } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { processJob } from '../../apps/worker/src/process-job.js';
import type { ClaimRenewal } from '../../apps/worker/src/renew-claims.js';
import { renewClaims } from '../../apps/worker/src/renew-claims.js';
import type { ScanResult } from '../../apps/worker/src/recover-lapsed.js';
import { createRecoverLapsed } from '../../apps/worker/src/recover-lapsed.js';
import { createSweep } from '../../apps/worker/src/sweep.js';
import { testRedisUrl } from '../stores/own-database.js';
import { openTestStore, sagasIn } from './reset-harness.js';

export interface LogLine {
  message: string;
  [field: string]: unknown;
}

/** The parts of a worker on real stores, with sagas of one step. */
export interface WorkerHarness {
  store: Store;
  queue: SagaQueue;
  bullmqQueue: BullmqQueue;
  queueName: QueueName;
  logLines: LogLine[];
  /** Accepts sagas that have been due for a minute. Enqueues no jobs. */
  accept(count?: number): Promise<string[]>;
  enqueueAll(sagaIds: readonly string[]): Promise<void>;
  saga(sagaId: string): Promise<SagaDocument>;
  change(sagaId: string, change: object): Promise<void>;
  jobsOf(sagaId: string): Promise<{ id: string; state: string }[]>;
  /** Creates the saga runner of a worker, with its claim renewal. */
  createRunner(options?: RunnerOptions): Runner;
  /** Starts a worker that processes jobs with `process` until it is closed. */
  startWorker(process: ProcessJob, concurrency?: number): SagaWorker;
  /** Starts a worker that completes no job until it is released. */
  startHungWorker(concurrency: number): { worker: SagaWorker; release(): void };
  sweep(): Promise<void>;
  /** Returns how many jobs the sweeps enqueued. */
  reenqueued(): number;
  recover(): Promise<ScanResult>;
  close(): Promise<void>;
}

export interface RunnerOptions {
  /** Runs inside the step. */
  act?: (context: StepContext) => unknown;
  /** Replaces the saga repository below the claim renewal. */
  wrap?: (sagas: SagaRepository) => SagaRepository;
  /** Store of the claims. */
  on?: Store;
  /** Interval of the claim renewal, in milliseconds. */
  renewEveryMs?: number;
}

export interface Runner {
  runSaga(sagaId: string): Promise<RunResult>;
  process: ProcessJob;
  claims: ClaimRenewal;
}

type ProcessJob = (sagaId: string, started: number) => Promise<RunResult>;

export const types = [{ type: 'sample', version: 1 }];

export const openWorkerHarness = async (name: string): Promise<WorkerHarness> => {
  const store = await openTestStore(name, 10_000);
  const queueName = { name: 'sagas', prefix: `${name}-${process.pid}` };
  const redisUrl = testRedisUrl();
  const queue = openSagaQueue(redisUrl, () => undefined, queueName);
  const bullmqQueue = openQueue(redisUrl, () => undefined, queueName);
  await eventually(async () => (await queue.count()) >= 0);

  const logLines: LogLine[] = [];
  const record = (message: string, metadata?: object) => void logLines.push({ message, ...metadata });
  const log = { debug: record, info: record, warn: record, error: record };
  const workers: SagaWorker[] = [];
  const renewals: ClaimRenewal[] = [];
  let reenqueued = 0;
  const sweep = createSweep({ sagas: sweepRepository(store), queue, log, reenqueued: (jobs) => void (reenqueued += jobs) });
  const startWorker = (process: ProcessJob, concurrency = 20): SagaWorker => {
    const worker = startSagaWorker({ redisUrl, concurrency, process, onError: (error) => record('the saga worker reported an error', { error }), queueName });
    workers.push(worker);
    return worker;
  };

  return {
    store,
    queue,
    bullmqQueue,
    queueName,
    logLines,
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
      return (await sagasIn(store).findOne({ _id: sagaId }))!;
    },
    async change(sagaId, change) {
      await sagasIn(store).updateOne({ _id: sagaId }, change);
    },
    async jobsOf(sagaId) {
      const jobs = await bullmqQueue.getJobs(['waiting', 'prioritized', 'active', 'delayed', 'failed', 'completed']);
      return Promise.all(jobs.filter(({ data }) => data.saga_id === sagaId).map(async (job) => ({ id: job.id!, state: await job.getState() })));
    },
    createRunner({ act = () => undefined, wrap = (repository: SagaRepository) => repository, on = store, renewEveryMs } = {}) {
      const claims = renewClaims(wrap(sagaRepository(on, types)), log, renewEveryMs);
      renewals.push(claims);
      const journal = journalRepository(store);
      const runSaga = createSagaRunner({ types: [sampleSaga(act)], sagas: claims.sagas, journal, log, observers: [claims.observer] });
      return { runSaga, process: processJob(runSaga, log), claims };
    },
    startWorker,
    startHungWorker(concurrency) {
      let release!: () => void;
      const released = new Promise<void>((resolve) => (release = resolve));
      const worker = startWorker(async () => {
        await released;
        return { outcome: 'not-due' };
      }, concurrency);
      return { worker, release };
    },
    sweep,
    reenqueued: () => reenqueued,
    recover: createRecoverLapsed({ sagas: recoveryRepository(store), queue }),
    async close() {
      await Promise.all(workers.map((worker) => worker.close(5_000)));
      await Promise.all(renewals.map((claims) => claims.stop()));
      await bullmqQueue.obliterate({ force: true });
      await closeQueue(bullmqQueue);
      await queue.close();
      await store.close();
    },
  };
};

const sampleSaga = (act: (context: StepContext) => unknown) => {
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
