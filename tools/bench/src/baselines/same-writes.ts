import { collections, entryId, leaseMs } from '@crossroads/store';
import type { AnyDocument } from './document.js';
import { objectId } from './document.js';
import type { Post } from './post.js';
import type { DataAccess } from './data-access.js';

/** What a saga has gathered, small enough to travel in a job. */
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
  /** The log of a real saga, oldest entry first: what the floors write is of the same size and number. */
  templates: readonly AnyDocument[];
}

type Part = (writers: Writers, run: SagaRun) => Promise<SagaRun>;

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
    metadata: { ...template['metadata'], crossroads_order_id: run.orderId, group_id: run.number, origin_order_number: run.number },
    journal: { ...template['journal'], key },
    ...(extra && { extra_data: { ...extra, sha256: template['extra_data']?.sha256 } }),
  });
};

const held = ({ sagaId, orderId }: SagaRun) => ({ _id: objectId(orderId), 'lock.saga_id': sagaId, 'lock.epoch': { $lte: 1 } });

const matched = (did: boolean): void => {
  if (!did) throw new Error('A write of the bench matched nothing.');
};

const resolve: Part = async (writers, { sagaId }) => {
  const { access } = writers;
  const saga = await access.saga(sagaId);
  const due = { _id: sagaId, epoch: 0, $expr: { $lte: ['$next_run_at', '$$NOW'] } };
  matched(await access.update(collections.sagas, due, [{ $set: { epoch: 1, next_run_at: inMs(leaseMs) } }]));
  const { request } = saga;
  const number: string = request.order.order_number;
  const order = await access.order({ tenantId: saga['tenant_id'], otherName: request.dest_tenant_name, number });
  const orderId = String(order['_id']);
  const destination = `number:${order['routing'].destination_tenant_id}/${order['destination_order_number']}`;
  await access.blockedBy([...saga['concurrency_keys'], `id:${orderId}`, destination], sagaId);
  const free = { _id: order['_id'], $or: [{ lock: { $exists: false } }, { 'lock.saga_id': sagaId, 'lock.epoch': { $lte: 1 } }] };
  matched(await access.update(collections.orders, free, { $set: { 'lock.saga_id': sagaId, 'lock.epoch': 1 } }));
  const run = { sagaId, correlationId: saga['correlation_id'], orderId, number, version: 0, was: '' };
  await entry(writers, run, 'resolve-order', 'done');
  return run;
};

const snapshot: Part = async (writers, run) => {
  const { version, bols, executed_drops, progression_state } = await writers.access.wholeOrder(run.orderId);
  const saved = { version: Number(version), bols, executed_drops, progression_state };
  await entry(writers, run, 'snapshot-order', 'done', saved);
  return { ...run, version: saved.version, was: progression_state };
};

const clear: Part = async (writers, run) => {
  const { version } = run;
  const cleared = { $set: { bols: [], executed_drops: [], 'lock.epoch': 1, 'lock.applied.cleared_version': version }, $inc: { version: 1 } };
  const filter = { ...held(run), version, 'lock.applied.cleared_version': { $exists: false } };
  matched(await writers.access.update(collections.orders, filter, cleared));
  await entry(writers, run, 'clear-deliveries', 'done');
  return run;
};

const progression: Part = async (writers, run) => {
  const { was } = run;
  const reset = { $set: { progression_state: 'NO_PROGRESS', 'lock.epoch': 1, 'lock.applied.progression_was': was }, $inc: { version: 1 } };
  const filter = { ...held(run), progression_state: was, 'lock.applied.progression_was': { $exists: false } };
  matched(await writers.access.update(collections.orders, filter, reset));
  await entry(writers, run, 'reset-progression', 'done');
  return run;
};

const dispatch: Part = async (writers, run) => {
  const { access, post } = writers;
  const { sagaId, orderId } = run;
  await entry(writers, run, 'dispatch-reset', 'recorded');
  await post(sagaId, run.correlationId);
  await entry(writers, run, 'dispatch-reset', 'done');
  const release = { _id: objectId(orderId), 'lock.saga_id': sagaId, 'lock.has_waiters': { $ne: true } };
  matched(await access.update(collections.orders, release, { $unset: { lock: 1 } }));
  const settled = { phase: 'ended', status: 'synced', step: '$$REMOVE', error: '$$REMOVE', failures: 0, settled_epoch: 1 };
  const now = { updated_at: '$$NOW', next_run_at: '$$REMOVE', ended_at: '$$NOW' };
  matched(await access.update(collections.sagas, { _id: sagaId, epoch: 1 }, [{ $set: { ...settled, ...now } }]));
  return run;
};

/** What one reset reads and writes, and its POST, in five parts as the saga has steps: no claim is judged, nothing is retried. */
export const parts: readonly Part[] = [resolve, snapshot, clear, progression, dispatch];

/** All of it, one after the other. */
export const wholeReset = async (writers: Writers, sagaId: string): Promise<void> => {
  let run = { sagaId } as SagaRun;
  for (const part of parts) run = await part(writers, run);
};
