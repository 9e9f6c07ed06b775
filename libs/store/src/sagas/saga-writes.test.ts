import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Phase } from '@crossroads/saga';
import { uuidv7 } from 'uuidv7';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import type { SagaDocument, SagaMetadata, Store } from '../index.js';
import { collections, makeIndexes, openStore } from '../index.js';
import type { AcceptedSaga } from './saga-document.js';
import { inFlight, phases } from './saga-document.js';
import type { SagaWrite } from './saga-writes.js';
import { dueImmediately, phaseTransitions, sagaWrites } from './saga-writes.js';

let store: Store;
beforeAll(async () => {
  store = openStore({ uri: ownDatabase('saga-writes'), operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
});
afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

const documents = () => store.connection.db!.collection<AcceptedSaga>(collections.sagas);
const newSaga = (saga_id: string) => ({ saga_id, correlation_id: uuidv7(), type: 'reset_order', version: 1, tenant_id: 'alpha', concurrency_keys: [], request: {}, inbound_request: {}, accepted_at: new Date() });
const writes = () => sagaWrites(store);

/** The state of a saga's claim: never claimed, settled and due, or held by a claim. */
const states = {
  new: { epoch: 0, settled_epoch: 0, next_run_at: dueImmediately },
  idle: { epoch: 1, settled_epoch: 1, next_run_at: new Date(Date.now() - 60_000) },
  held: { epoch: 1, settled_epoch: 0, next_run_at: new Date(Date.now() + 3_600_000) },
} as const;

const storeSaga = async (phase: Phase, state: keyof typeof states): Promise<SagaDocument> => {
  const { saga_id: _id, ...rest } = newSaga(uuidv7());
  const { next_run_at, ...epochs } = states[state];
  const moves = inFlight.some((each) => each === phase);
  const saga: AcceptedSaga = { _id, ...rest, idempotency_key: _id, status: 'pending', phase, failures: 0, resumed: false, updated_at: new Date(), ...epochs, ...(moves && { next_run_at }) };
  await documents().insertOne(saga);
  return saga;
};

const claimOf = ({ _id, tenant_id, epoch }: SagaDocument) => ({ sagaId: _id, epoch, metadata: { tenantId: tenant_id } as SagaMetadata });

/** Each write with a saga in the state it is meant for, so that only the phase can keep it from matching. */
const attempts: { [Write in Exclude<SagaWrite, 'accept' | 'flushJournal'>]: [keyof typeof states, (saga: SagaDocument, to: Phase) => Promise<boolean>] } = {
  claimNew: ['new', ({ _id, tenant_id }) => writes().claimNew(_id, tenant_id, [{ type: 'reset_order', version: 1 }])],
  claim: ['idle', (saga) => writes().claim(saga)],
  saveState: ['held', (saga, phase) => writes().saveState(claimOf(saga), { phase, status: 'pending', failures: 0, ...(inFlight.some((each) => each === phase) && { delayMs: 1_000 }) })],
  renew: ['held', (saga) => writes().renew(claimOf(saga))],
  releaseClaims: ['held', ({ _id, epoch }) => writes().releaseClaims(_id, [epoch])],
  claimIdle: ['idle', (saga) => writes().claimIdle(saga)],
  claimStopped: ['idle', (saga) => writes().claimStopped(saga)],
  releaseDecision: ['held', (saga) => writes().releaseDecision(saga, saga.epoch)],
  end: ['held', (saga) => writes().end(saga, saga.epoch, { code: 'saga.terminated', message: '$ended' })],
  continueStopped: ['idle', (saga) => writes().continueStopped(saga)],
  wakeAwaiting: ['idle', (saga) => writes().wakeAwaiting(saga)],
  resume: ['idle', (saga) => writes().resume(saga)],
  runNow: ['idle', (saga) => writes().runNow(saga)],
  wakeWaiting: ['idle', (saga) => writes().wakeWaiting(saga)],
  forgetIdempotencyKey: ['idle', (saga) => writes().forgetIdempotencyKey(saga, saga._id)],
  forgetIdempotencyKeys: ['idle', ({ _id }) => writes().forgetIdempotencyKeys([_id])],
  deleteEnded: ['idle', ({ _id }) => writes().deleteEnded([_id])],
};

describe.each(Object.entries(attempts))('the write %s', (name, [state, attempt]) => {
  const transitions = phaseTransitions[name as SagaWrite];

  test.each(phases)('makes the transitions of the table, and no other, from %s', async (from) => {
    for (const to of transitions[from] ?? [from]) {
      const before = await storeSaga(from, state);
      const matched = await attempt(before, to as Phase);
      const after = await documents().findOne({ _id: before._id });
      expect({ to, matched, phase: after?.phase ?? 'none' }).toEqual({ to, matched: from in transitions, phase: to });
      if (!matched) expect(after).toEqual(before);
    }
  });

  test('changes no other saga', async () => {
    const others = await Promise.all(phases.map((phase) => storeSaga(phase, state)));
    for (const from of phases) await attempt(await storeSaga(from, state), transitions[from]?.[0] as Phase);
    const ids = others.map(({ _id }) => _id);
    expect(await documents().find({ _id: { $in: ids } }).sort({ _id: 1 }).toArray()).toEqual(others.toSorted((a, b) => (a._id < b._id ? -1 : 1)));
  });
});

test('an accepted saga is running, and its id is taken', async () => {
  const saga = newSaga(uuidv7());
  expect([await writes().accept(saga), await writes().accept(saga)]).toEqual([true, false]);
  expect(phaseTransitions.accept).toEqual({ none: [(await documents().findOne({ _id: saga.saga_id }))!.phase] });
});

test('the flush of the journal matches no saga', async () => {
  expect(await writes().flushJournal()).toBe(false);
});

test('no other file of the store writes to the sagas', () => {
  const root = join(__dirname, '..');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.endsWith('saga-writes.ts'));
  const writing = /commit\.(insert|update)\(collections\.sagas|\bsagas\(\)\s*\.(insert|update|replace|delete|bulk|findOneAnd)|collections\.sagas\)\s*\.(insert|update|replace|delete|bulk|findOneAnd)/;
  expect(files.filter((path) => writing.test(readFileSync(join(root, path), 'utf8')))).toEqual([]);
});
