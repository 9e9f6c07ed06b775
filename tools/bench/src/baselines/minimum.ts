import type { Baseline } from './baseline.js';
import type { FloorDocument } from './floor.js';
import { floorCollection, floorReset, openFloorPost } from './floor.js';

/** Sends what arrives while a group is in flight as the next group. */
const grouped = <Item, Result>(send: (group: Item[]) => Promise<Result>): ((item: Item) => Promise<Result>) => {
  let waiting: Item[] = [];
  let next: Promise<Result> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const sendWaiting = (): Promise<Result> => {
    const group = waiting;
    [waiting, next] = [[], undefined];
    return send(group);
  };
  return (item) => {
    waiting.push(item);
    last = next ??= last.then(sendWaiting);
    return next;
  };
};

/** The least that a reset must do, with grouped reads and writes and without a queue. */
export const minimum: Baseline = async ({ store, destination, sagaIds, inFlight, started, completed }) => {
  const { post, close } = openFloorPost(destination);
  const [orders, resets, entries] = (['orders', 'resets', 'entries'] as const).map((name) => floorCollection(store, name));
  const read = grouped((ids: string[]) => orders!.find({ _id: { $in: ids } }).toArray());
  const insert = grouped((documents: FloorDocument[]) => entries!.insertMany(documents, { ordered: false }));
  const updates = Object.fromEntries(
    Object.entries({ orders, resets }).map(([name, collection]) => [name, grouped((group: { filter: { _id: string }; update: object }[]) => collection!.bulkWrite(group.map((updateOne) => ({ updateOne })), { ordered: false }))]),
  );
  const access = { order: read, insert, update: (name: string, _id: string, fields: object) => updates[name]!({ filter: { _id }, update: { $set: fields } }) };
  const ids = sagaIds.values();
  const runNext = async (): Promise<void> => {
    await started;
    for (const id of ids) {
      await floorReset(access, post, id);
      completed();
    }
  };
  for (let index = 0; index < inFlight; index++) void runNext();
  return { stop: close };
};
