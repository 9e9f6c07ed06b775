import { collections, entryId, leaseMs } from '@crossroads/store';
import type { AnyDocument } from './document.js';
import { objectId } from './document.js';
import type { Post } from './post.js';
import type { Ways } from './ways.js';

/** What a saga has gathered, small enough to travel in a job. */
export interface Baton {
  sagaId: string;
  correlationId: string;
  orderId: string;
  number: string;
  version: number;
  was: string;
}

export interface Hands {
  ways: Ways;
  post: Post;
  /** The log of a real saga, oldest entry first: what the floors write is of the same size and number. */
  templates: readonly AnyDocument[];
}

type Part = (hands: Hands, baton: Baton) => Promise<Baton>;

const inMs = (ms: number) => ({ $add: ['$$NOW', ms] });

const entry = async ({ ways, templates }: Hands, baton: Baton, step: string, outcome: string, extra?: AnyDocument): Promise<void> => {
  const template = templates.find((each) => each['step'].name === step && each['step'].outcome === outcome);
  if (!template) return;
  const key = `${baton.sagaId}:${step}:run:${outcome}`;
  await ways.insert(collections.logs, {
    ...template,
    _id: entryId(baton.sagaId, key),
    date: new Date(),
    saga_id: baton.sagaId,
    correlation_id: baton.correlationId,
    metadata: { ...template['metadata'], crossroads_order_id: baton.orderId, group_id: baton.number, origin_order_number: baton.number },
    journal: { ...template['journal'], key },
    ...(extra && { extra_data: { ...extra, sha256: template['extra_data']?.sha256 } }),
  });
};

const held = ({ sagaId, orderId }: Baton) => ({ _id: objectId(orderId), 'fence.saga_id': sagaId, 'fence.epoch': { $lte: 1 } });

const matched = (did: boolean): void => {
  if (!did) throw new Error('A write of the bench matched nothing.');
};

const resolve: Part = async (hands, { sagaId }) => {
  const { ways } = hands;
  const saga = await ways.saga(sagaId);
  const due = { _id: sagaId, epoch: 0, $expr: { $lte: ['$next_run_at', '$$NOW'] } };
  matched(await ways.update(collections.sagas, due, [{ $set: { epoch: 1, next_run_at: inMs(leaseMs) } }]));
  const { request } = saga;
  const number: string = request.order.order_number;
  const order = await ways.order({ tenantId: saga['tenant_id'], otherName: request.dest_tenant_name, number });
  const orderId = String(order['_id']);
  const destination = `number:${order['routing'].destination_tenant_id}/${order['destination_order_number']}`;
  await ways.ahead([...saga['line_keys'], `id:${orderId}`, destination], sagaId);
  const free = { _id: order['_id'], $or: [{ fence: { $exists: false } }, { 'fence.saga_id': sagaId, 'fence.epoch': { $lte: 1 } }] };
  matched(await ways.update(collections.orders, free, { $set: { 'fence.saga_id': sagaId, 'fence.epoch': 1 } }));
  const baton = { sagaId, correlationId: saga['correlation_id'], orderId, number, version: 0, was: '' };
  await entry(hands, baton, 'resolve-order', 'done');
  return baton;
};

const snapshot: Part = async (hands, baton) => {
  const { version, bols, executed_drops, progression_state } = await hands.ways.wholeOrder(baton.orderId);
  const saved = { version: Number(version), bols, executed_drops, progression_state };
  await entry(hands, baton, 'snapshot-order', 'done', saved);
  return { ...baton, version: saved.version, was: progression_state };
};

const clear: Part = async (hands, baton) => {
  const { version } = baton;
  const cleared = { $set: { bols: [], executed_drops: [], 'fence.epoch': 1, 'fence.applied.cleared_version': version }, $inc: { version: 1 } };
  const filter = { ...held(baton), version, 'fence.applied.cleared_version': { $exists: false } };
  matched(await hands.ways.update(collections.orders, filter, cleared));
  await entry(hands, baton, 'clear-deliveries', 'done');
  return baton;
};

const progression: Part = async (hands, baton) => {
  const { was } = baton;
  const reset = { $set: { progression_state: 'NO_PROGRESS', 'fence.epoch': 1, 'fence.applied.progression_was': was }, $inc: { version: 1 } };
  const filter = { ...held(baton), progression_state: was, 'fence.applied.progression_was': { $exists: false } };
  matched(await hands.ways.update(collections.orders, filter, reset));
  await entry(hands, baton, 'reset-progression', 'done');
  return baton;
};

const dispatch: Part = async (hands, baton) => {
  const { ways, post } = hands;
  const { sagaId, orderId } = baton;
  await entry(hands, baton, 'dispatch-reset', 'recorded');
  await post(sagaId, baton.correlationId);
  await entry(hands, baton, 'dispatch-reset', 'done');
  const release = { _id: objectId(orderId), 'fence.saga_id': sagaId, 'fence.awaited': { $ne: true } };
  matched(await ways.update(collections.orders, release, { $unset: { fence: 1 } }));
  const settled = { phase: 'ended', status: 'synced', step: '$$REMOVE', error: '$$REMOVE', failures: 0, settled_epoch: 1 };
  const now = { updated_at: '$$NOW', next_run_at: '$$REMOVE', ended_at: '$$NOW' };
  matched(await ways.update(collections.sagas, { _id: sagaId, epoch: 1 }, [{ $set: { ...settled, ...now } }]));
  return baton;
};

/** What one reset reads and writes, and its POST, in five parts as the saga has steps: no claim is judged, nothing is retried. */
export const parts: readonly Part[] = [resolve, snapshot, clear, progression, dispatch];

/** All of it, one after the other. */
export const wholeReset = async (hands: Hands, sagaId: string): Promise<void> => {
  let baton = { sagaId } as Baton;
  for (const part of parts) baton = await part(hands, baton);
};
