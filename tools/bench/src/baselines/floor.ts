import { randomBytes } from 'node:crypto';
import type { Store } from '@crossroads/store';
import { Agent } from 'undici';
import { uuidv7 } from 'uuidv7';
import { orderFor } from '../harness/sample-data.js';
import type { Companies } from '../harness/sample-data.js';
import type { AnyDocument } from './baseline.js';

/** Collections of the floors. They have no index but `_id`, so that the floors never follow the product's design. */
export const floorCollections = { orders: 'floor_orders', resets: 'floor_resets', entries: 'floor_entries' } as const;

export interface FloorDocument extends AnyDocument {
  _id: string;
}

export const floorCollection = ({ connection }: Store, name: keyof typeof floorCollections) => connection.db!.collection<FloorDocument>(floorCollections[name]);

/** The reads and writes of a floor. */
export interface FloorAccess {
  order(id: string): Promise<unknown>;
  insert(entry: FloorDocument): Promise<unknown>;
  update(collection: 'orders' | 'resets', id: string, fields: AnyDocument): Promise<unknown>;
}

const text = randomBytes(1_000).toString('base64url').slice(0, 914);

/** Creates a document of 1 kB. */
const entry = (reset: string): FloorDocument => ({ _id: uuidv7(), reset, text });

/** The least that a reset must do: one read, five inserts, two updates of the order, one POST, one update of the status. An order and its reset have the same id. */
export const floorReset = async ({ order, insert, update }: FloorAccess, post: (id: string) => Promise<void>, id: string): Promise<void> => {
  await order(id);
  await insert(entry(id));
  await insert(entry(id));
  await update('orders', id, { bols: [], executed_drops: [] });
  await insert(entry(id));
  await update('orders', id, { progression_state: 'NO_PROGRESS' });
  await insert(entry(id));
  await post(id);
  await insert(entry(id));
  await update('resets', id, { status: 'synced' });
};

/** Creates the POST to the destination at `url`, over keep-alive connections. */
export const openFloorPost = (url: string) => {
  const agent = new Agent();
  const post = async (id: string): Promise<void> => {
    const { statusCode, body } = await agent.request({ origin: url, path: '/', method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id, text }) });
    await body.text();
    if (statusCode !== 200) throw new Error(`The simulated destination responded with status ${statusCode}.`);
  };
  return { post, close: () => agent.close() };
};

/** Stores orders and their pending resets. Returns their ids. */
export const putFloorResets = async (store: Store, companies: Companies, from: number, count: number): Promise<string[]> => {
  const ids = Array.from({ length: count }, () => uuidv7());
  await floorCollection(store, 'orders').insertMany(ids.map((_id, index) => ({ ...orderFor(companies, from + index, 2), _id })));
  await floorCollection(store, 'resets').insertMany(ids.map((_id) => ({ _id, status: 'pending' })));
  return ids;
};
