import { collections, entryId, leaseMs } from '@crossroads/store';
import { Agent } from 'undici';
import type { AnyDocument, BaselineWork, DataAccess } from './baseline.js';
import { objectId } from './baseline.js';

/** Sends a saga's reset to the simulated destination and reads the response. */
export type Post = (sagaId: string, correlationId: string) => Promise<void>;

/** Creates the POST that a worker sends, with other ids and unsigned, over keep-alive connections. */
export const openPost = (templates: readonly AnyDocument[]): { post: Post; close(): Promise<void> } => {
  const template = templates.find((entry) => typeof entry['journal'].output?.body === 'string')!;
  const { url, headers, body } = template['journal'].output as { url: string; headers: Record<string, string>; body: string };
  const { origin, pathname } = new URL(url);
  const [before, after] = body.split(template['correlation_id'] as string) as [string, string];
  const agent = new Agent();
  return {
    async post(sagaId, correlationId) {
      const { statusCode, body: reply } = await agent.request({
        origin,
        path: pathname,
        method: 'POST',
        headers: { ...headers, 'webhook-id': sagaId, 'idempotency-key': sagaId },
        body: before + correlationId + after,
      });
      await reply.text();
      if (statusCode !== 200) throw new Error(`The simulated destination responded with status ${statusCode}`);
    },
    close: () => agent.close(),
  };
};

/** The state of a saga between two steps, small enough for a job's data. */
export interface SagaRun {
  sagaId: string;
  correlationId: string;
  orderId: string;
  number: string;
  version: number;
  was: string;
}

export interface Writers {
  access: DataAccess;
  post: Post;
  /** The log of a real saga, oldest entry first. The baselines write entries of the same size and number. */
  templates: readonly AnyDocument[];
}

type Step = (writers: Writers, run: SagaRun) => Promise<SagaRun>;

const inMs = (ms: number) => ({ $add: ['$$NOW', ms] });

const entry = async ({ access, templates }: Writers, run: SagaRun, step: string, outcome: string, extra?: AnyDocument): Promise<void> => {
  const template = templates.find((each) => each['step'].name === step && each['step'].outcome === outcome);
  if (!template) return;
  const key = `${run.sagaId}:${step}:run:${outcome}`;
  await access.insert(collections.logs, {
    ...template,
    _id: entryId(run.sagaId, key),
    date: new Date(),
    saga_id: run.sagaId,
    correlation_id: run.correlationId,
    ...(template['metadata'] && { metadata: { crossroads_order_id: run.orderId } }),
    ...(extra && { extra_data: { ...extra, sha256: template['extra_data']?.sha256 } }),
  });
};

const held = ({ sagaId, orderId }: SagaRun) => ({ _id: objectId(orderId), 'lock.saga_id': sagaId, 'lock.epoch': { $lte: 1 } });

const requireMatch = (hasMatched: boolean): void => {
  if (!hasMatched) throw new Error('A write of the benchmark matched no document.');
};

const resolve: Step = async (writers, { sagaId }) => {
  const { access } = writers;
  const saga = await access.saga(sagaId);
  const due = { _id: sagaId, epoch: 0, $expr: { $lte: ['$next_run_at', '$$NOW'] } };
  requireMatch(await access.update(collections.sagas, due, [{ $set: { epoch: 1, next_run_at: inMs(leaseMs) } }]));
  const { request } = saga;
  const number: string = request.order.order_number;
  const order = await access.order({ tenantId: saga['tenant_id'], otherName: request.dest_tenant_name, number });
  const orderId = String(order['_id']);
  const destination = `number:${order['routing'].destination_tenant_id}/${order['destination_order_number']}`;
  await access.blockedBy([...saga['concurrency_keys'], `id:${orderId}`, destination], sagaId);
  const free = { _id: order['_id'], $or: [{ lock: { $exists: false } }, { 'lock.saga_id': sagaId, 'lock.epoch': { $lte: 1 } }] };
  requireMatch(await access.update(collections.orders, free, { $set: { 'lock.saga_id': sagaId, 'lock.epoch': 1 } }));
  const run = { sagaId, correlationId: saga['correlation_id'], orderId, number, version: 0, was: '' };
  await entry(writers, run, 'resolve-order', 'done');
  return run;
};

const snapshot: Step = async (writers, run) => {
  const { version, bols, executed_drops, progression_state } = await writers.access.wholeOrder(run.orderId);
  const saved = { version: Number(version), bols, executed_drops, progression_state };
  await entry(writers, run, 'snapshot-order', 'done', saved);
  return { ...run, version: saved.version, was: progression_state };
};

const clear: Step = async (writers, run) => {
  const { version } = run;
  const cleared = { $set: { bols: [], executed_drops: [], 'lock.epoch': 1, 'lock.applied.cleared_version': version }, $inc: { version: 1 } };
  const filter = { ...held(run), version, 'lock.applied.cleared_version': { $exists: false } };
  requireMatch(await writers.access.update(collections.orders, filter, cleared));
  await entry(writers, run, 'clear-deliveries', 'done');
  return run;
};

const progression: Step = async (writers, run) => {
  const { was } = run;
  const reset = { $set: { progression_state: 'NO_PROGRESS', 'lock.epoch': 1, 'lock.applied.progression_was': was }, $inc: { version: 1 } };
  const filter = { ...held(run), progression_state: was, 'lock.applied.progression_was': { $exists: false } };
  requireMatch(await writers.access.update(collections.orders, filter, reset));
  await entry(writers, run, 'reset-progression', 'done');
  return run;
};

const dispatch: Step = async (writers, run) => {
  const { access, post } = writers;
  const { sagaId } = run;
  await entry(writers, run, 'dispatch-reset', 'recorded');
  await post(sagaId, run.correlationId);
  await entry(writers, run, 'dispatch-reset', 'done');
  const settled = { phase: 'ended', status: 'synced', step: '$$REMOVE', error: '$$REMOVE', failures: 0, settled_epoch: 1 };
  const now = { updated_at: '$$NOW', next_run_at: '$$REMOVE', ended_at: '$$NOW' };
  requireMatch(await access.update(collections.sagas, { _id: sagaId, epoch: 1 }, [{ $set: { ...settled, ...now } }]));
  return run;
};

/** The reads, writes and POST of one reset as five steps. Claims are not checked, and nothing is retried. */
export const steps: readonly Step[] = [resolve, snapshot, clear, progression, dispatch];

/** Runs all steps one after the other. */
export const wholeReset = async (writers: Writers, sagaId: string): Promise<void> => {
  let run = { sagaId } as SagaRun;
  for (const step of steps) run = await step(writers, run);
};

/** Runs all sagas in a plain loop, `inFlight` at a time. */
export const loop = async ({ templates, sagaIds, inFlight, started, completed }: BaselineWork, access: DataAccess): Promise<{ stop(): Promise<void> }> => {
  const { post, close } = openPost(templates);
  let next = 0;
  const runNext = async (): Promise<void> => {
    await started;
    while (next < sagaIds.length) {
      await wholeReset({ access, post, templates }, sagaIds[next++]!);
      completed();
    }
  };
  for (let index = 0; index < inFlight; index++) {
    runNext().catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  }
  return { stop: close };
};
