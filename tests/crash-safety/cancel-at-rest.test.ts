import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { resetRequest, subjectOf } from '@crossroads/order-reset';
import type { Claim } from '@crossroads/saga';
import type { SagaRead, Store } from '@crossroads/store';
import { cancelSaga, decisionRepository, intakeRepository, journalRepository, makeIndexes, openStore, recordOutcome, sagaRepository, sagaViewRepository } from '@crossroads/store';
import { resetRequestFor } from '@crossroads/testkit';
import { randomUUID } from 'node:crypto';
import { ownDatabase } from '../stores/own-database.js';

let store: Store;
beforeAll(async () => {
  store = openStore({ uri: ownDatabase('cancel-at-rest'), operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
});
afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

const accept = async (): Promise<string> => {
  const saga_id = `0197${randomUUID().slice(4)}`;
  await intakeRepository(store).accept({
    saga_id,
    correlation_id: randomUUID(),
    type: 'reset_order',
    version: 1,
    tenant_id: 'alpha',
    concurrency_keys: [],
    request: resetRequestFor({ order_number: '4711' }),
    inbound_request: {},
    accepted_at: new Date(),
  });
  return saga_id;
};

const journal = () => journalRepository(store, ({ request }, state) => subjectOf(resetRequest.parse(request), state));
const read = async (sagaId: string): Promise<SagaRead> => {
  const view = sagaViewRepository(store);
  return { saga: (await view.saga(sagaId))!, entries: await view.entries(sagaId) };
};
const cancel = (seen: SagaRead) => cancelSaga({ journal: journal(), sagas: decisionRepository(store) }, seen, { by: 'Alpha', reasonCode: null });

test('a reset that is canceled before its first claim is claimed next as one that has a journal to read', async () => {
  const sagaId = await accept();
  expect(await cancel(await read(sagaId))).toBe('canceled');
  // The first claim of all reads no journal: it would lock the order for a reset that was canceled.
  const { epoch } = (await sagaRepository(store, [{ type: 'reset_order', version: 1 }]).claim(sagaId)) as Claim;
  expect(epoch).toBe(2);
});

test('a reset that an operator has just ended is not canceled, though the caller saw it before it ended', async () => {
  const sagaId = await accept();
  const seen = await read(sagaId);
  await recordOutcome(journal(), seen, 1, { step: 'resolve-order', outcome: 'terminated', status: 'error', title: 'Abandoned by an operator', message: 'Abandoned.', extra_data: {} });
  expect(await cancel({ saga: seen.saga, entries: (await read(sagaId)).entries })).toBe('over');
  expect((await read(sagaId)).entries.map(({ step }) => `${step.name} ${step.outcome}`)).toEqual(['resolve-order terminated']);
});
