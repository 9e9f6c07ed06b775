import type { Answered, Bells, BellWorker, QueuePlace, SagaQueue } from '@crossroads/queue';
import { closeQueue, openBells, openQueue, startBellWorker } from '@crossroads/queue';
import type { Advance, CompensatableStep, StepContext } from '@crossroads/saga';
import { createAdvance, done, saga } from '@crossroads/saga';
import type { SagaDocument, SagaRepository, Store } from '@crossroads/store';
import { collections, intakeRepository, journalRepository, makeIndexes, openStore, recoveryRepository, sagaRepository, sweepRepository } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { answerBell } from '../../apps/worker/src/answer-bell.js';
import type { KeptClaims } from '../../apps/worker/src/keep-claims.js';
import { keepClaims } from '../../apps/worker/src/keep-claims.js';
import { createRecoverLapsed } from '../../apps/worker/src/recover-lapsed.js';
import { createSweep } from '../../apps/worker/src/sweep.js';
import { ownDatabase, testRedisUrl } from '../stores/own-database.js';

export interface Line {
  message: string;
  [fact: string]: unknown;
}

/** A worker's parts on the real stores, put together as the worker puts them, with sagas of one step. */
export interface WorkerWorld {
  store: Store;
  bells: Bells;
  queue: SagaQueue;
  place: QueuePlace;
  lines: Line[];
  /** Accepts sagas that have been due for a minute, and enqueues nothing. */
  accept(count?: number): Promise<string[]>;
  ringAll(sagaIds: readonly string[]): Promise<void>;
  saga(sagaId: string): Promise<SagaDocument>;
  change(sagaId: string, change: object): Promise<void>;
  jobsOf(sagaId: string): Promise<{ id: string; state: string }[]>;
  /** A worker's turn at a saga. */
  turns(options?: TurnOptions): Turns;
  /** Takes jobs until it is closed. */
  startWorker(answer: (sagaId: string, started: number) => Promise<Answered>, concurrency?: number): BellWorker;
  sweep(): Promise<void>;
  /** How many jobs sweeps have made. */
  rungAgain(): number;
  recover(): Promise<void>;
  close(): Promise<void>;
}

export interface TurnOptions {
  act?: (context: StepContext) => unknown;
  /** Changes what the repository does, beneath the keeper of claims. */
  wrap?: (sagas: SagaRepository) => SagaRepository;
  /** The store its claims are made in. */
  on?: Store;
  everyMs?: number;
}

export interface Turns {
  advance(sagaId: string): Promise<Advance>;
  answer(sagaId: string, started: number): Promise<Answered>;
  claims: KeptClaims;
}

export const types = [{ type: 'sample', version: 1 }];

export const openWorkerWorld = async (name: string): Promise<WorkerWorld> => {
  const store = openStore({ uri: ownDatabase(name), operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
  const place = { name: 'sagas', prefix: `${name}-${process.pid}` };
  const redisUrl = testRedisUrl();
  const bells = openBells(redisUrl, () => undefined, place);
  const queue = openQueue(redisUrl, () => undefined, place);
  await eventually(async () => (await bells.count()) >= 0);

  const lines: Line[] = [];
  const say = (message: string, facts?: object) => void lines.push({ message, ...facts });
  const log = { debug: say, info: say, warn: say, error: say };
  const workers: BellWorker[] = [];
  const kept: KeptClaims[] = [];
  let rungAgain = 0;
  const sweep = createSweep({ sagas: sweepRepository(store), orders: { release: async () => false }, bells, log, rungAgain: (jobs) => void (rungAgain += jobs) });
  const sagas = () => store.connection.db!.collection<SagaDocument>(collections.sagas);

  return {
    store,
    bells,
    queue,
    place,
    lines,
    async accept(count = 1) {
      const ids = Array.from({ length: count }, () => uuidv7());
      const accepted_at = new Date(Date.now() - 60_000);
      const intake = intakeRepository(store);
      await Promise.all(
        ids.map((saga_id) =>
          intake.accept({ saga_id, correlation_id: saga_id, type: 'sample', version: 1, tenant_id: 't', line_keys: [], request: {}, inbound_request: {}, accepted_at }),
        ),
      );
      return ids;
    },
    ringAll: (sagaIds) => bells.ringAll(sagaIds.map((sagaId) => ({ sagaId, correlationId: sagaId, type: 'sample', tenantId: 't', epoch: 0 }))),
    async saga(sagaId) {
      return (await sagas().findOne({ _id: sagaId }))!;
    },
    async change(sagaId, change) {
      await sagas().updateOne({ _id: sagaId }, change);
    },
    async jobsOf(sagaId) {
      const jobs = await queue.getJobs(['waiting', 'prioritized', 'active', 'delayed', 'failed', 'completed']);
      return Promise.all(jobs.filter(({ data }) => data.saga_id === sagaId).map(async (job) => ({ id: job.id!, state: await job.getState() })));
    },
    turns({ act = () => undefined, wrap = (repository: SagaRepository) => repository, on = store, everyMs } = {}) {
      const claims = keepClaims(wrap(sagaRepository(on, types)), log, everyMs);
      kept.push(claims);
      const journal = journalRepository(store, () => ({ routing: {}, metadata: {} }) as never);
      const advance = claims.lettingGo(createAdvance({ types: [sample(act)], sagas: claims.sagas, journal, log }));
      return { advance, answer: answerBell(advance, log, (sagaId) => ({ saga_id: sagaId })), claims };
    },
    startWorker(answer, concurrency = 20) {
      const worker = startBellWorker({ redisUrl, concurrency, answer, onError: (error) => say('the bell worker reports', { error }), place });
      workers.push(worker);
      return worker;
    },
    sweep,
    rungAgain: () => rungAgain,
    recover: createRecoverLapsed({ sagas: recoveryRepository(store), bells }),
    async close() {
      await Promise.all(workers.map((worker) => worker.close(5_000)));
      await Promise.all(kept.map((claims) => claims.stop()));
      await queue.obliterate({ force: true });
      await closeQueue(queue);
      await bells.close();
      await store.connection.dropDatabase();
      await store.close();
    },
  };
};

const sample = (act: (context: StepContext) => unknown) => {
  const step: CompensatableStep<object, object> = {
    name: 'one',
    title: 'One',
    status: { done: 'synced', refused: 'rejected' },
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
