/** One process that does the same reads, writes and POST one after the other for each request, and then responds. */
import { listen } from '@crossroads/platform';
import { intakeRepository, openStore } from '@crossroads/store';
import express from 'express';
import type { Companies } from '../harness/sample-data.js';
import { newSaga } from '../harness/sample-data.js';
import { orderNumber } from '../load/load.js';
import type { AnyDocument } from './baseline.js';
import { objectId } from './baseline.js';
import { openPost, wholeReset } from './same-writes.js';
import { singleAccess } from './unbatched.js';

const store = openStore({ uri: process.env['BENCH_MONGODB_URI']!, operationTimeoutMs: 10_000 });
await store.ready;

const begin = async (entries: AnyDocument[], all: Companies['all']): Promise<void> => {
  const templates = entries.map((entry) => ({ ...entry, _id: objectId(entry['_id']), date: new Date(entry['date']) }));
  const writers = { access: singleAccess(store), post: openPost(templates).post, templates };
  const companies: Companies = { all, pair: (index) => ({ caller: all[index % all.length]!, counterparty: all[(index + 1) % all.length]! }) };
  const intake = intakeRepository(store);
  const first = Number(orderNumber(0).slice(3));
  const app = express();
  app.post('/v1/order/reset', express.json(), async (request, response) => {
    const index = Number(String(request.body.order.order_number).slice(3)) - first;
    const saga = newSaga(companies, index, request.get('x-correlation-id'));
    await intake.accept(saga);
    await wholeReset(writers, saga.saga_id);
    response.json({ status: 'synced' });
  });
  const { url } = await listen(app, 0);
  process.send?.({ kind: 'begin-done', url });
};

process.on('message', (message: { kind: string; templates: AnyDocument[]; all: Companies['all'] }) => void begin(message.templates, message.all));
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
process.send?.({ kind: 'ready' });
