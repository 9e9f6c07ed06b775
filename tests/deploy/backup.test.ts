import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Store } from '@crossroads/store';
import { auditLogRepository, auditRepository, checkIndexes, directoryRepository, makeIndexes, openStore, sagaViewRepository } from '@crossroads/store';
import { addOrder, sampleOrder } from '../../apps/ops/src/testing/sample-orders.js';
import { sampleSagas } from '../../apps/ops/src/testing/sample-sagas.js';
import { ownDatabase } from '../stores/own-database.js';

const page = readFileSync(join(__dirname, '../../docs/deploying.md'), 'utf8');
const commandsOf = (tool: string): string[] => [...page.matchAll(new RegExp(`^(?:docker compose exec -T mongo )?${tool} .*$`, 'gm'))].map(([line]) => line);

const hasTools = ['mongodump', 'mongorestore'].every((tool) => spawnSync(tool, ['--version']).status === 0);

let original: Store;
let restored: Store;
const ids: Record<'ended' | 'retrying' | 'stopped', string> = { ended: '', retrying: '', stopped: '' };

const open = async (name: string): Promise<Store> => {
  const store = openStore({ uri: ownDatabase(name), operationTimeoutMs: 10_000 });
  await store.connected;
  return store;
};

beforeAll(async () => {
  [original, restored] = [await open('backup'), await open('backup-restored')];
  await makeIndexes(original.connection);
  await directoryRepository(original).addTenant({ _id: 'tenant-acme', name: 'Acme Fuels' });
  await auditRepository(original).note({ by: 'ada', role: 'operator', credential: 'session', action: 'login', reason: null, from: '127.0.0.1' }, { outcome: 'done' });
  const sagas = sampleSagas(original, 2);
  for (const [number, name] of [['1', 'ended'], ['2', 'retrying'], ['3', 'stopped']] as const) {
    await addOrder(original, sampleOrder(number));
    ids[name] = await sagas.accept({ order_number: number });
  }
  await sagas.runSaga(ids.ended, 'synced');
  await sagas.runSaga(ids.retrying, 'unavailable');
  await sagas.runSaga(ids.stopped, 'unavailable');
  await sagas.runSaga(ids.stopped, 'unavailable');
  await (hasTools ? copyWithTools : copyWithDriver)();
}, 120_000);

afterAll(async () => {
  for (const store of [original, restored]) {
    await store.connection.dropDatabase();
    await store.close();
  }
});

/** Returns the documents of each collection, byte for byte. */
const bytesOf = async ({ connection }: Store): Promise<Record<string, string[]>> => {
  const names = (await connection.db!.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort();
  const contents = names.map(async (name) => {
    const raw = (await connection.db!.collection(name).find({}, { raw: true }).sort({ _id: 1 }).toArray()) as unknown as Uint8Array[];
    return [name, raw.map((bytes) => Buffer.from(bytes).toString('hex'))] as const;
  });
  return Object.fromEntries((await Promise.all(contents)).filter(([, documents]) => documents.length > 0));
};

/** Dumps and restores with the documented commands. A server without an oplog is dumped by database. */
async function copyWithTools(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'crossroads-backup-'));
  const server = new URL(ownDatabase('any'));
  server.pathname = '/';
  const [from, to] = [original.connection.name, restored.connection.name];
  const documented = [commandsOf('mongodump')[0]!.replace('--oplog', `--db ${from}`), commandsOf('mongorestore').at(-1)!];
  try {
    for (const command of documented) {
      const line = command.replaceAll("'crossroads.*'", `'${from}.*'`).replaceAll("'restored.*'", `'${to}.*'`).replaceAll('crossroads.archive.gz', join(folder, 'archive.gz'));
      const { status, stderr } = spawnSync('sh', ['-c', line], { env: { ...process.env, BACKUP_URI: server.href }, encoding: 'utf8' });
      expect({ command, status, stderr: status === 0 ? '' : stderr }).toEqual({ command, status: 0, stderr: '' });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Reads and writes values as BSON types, so that no number or date changes its type. */
async function copyWithDriver(): Promise<void> {
  for (const name of Object.keys(await bytesOf(original))) {
    const documents = await original.connection.db!.collection(name).find({}, { promoteValues: false, promoteBuffers: false, bsonRegExp: true }).toArray();
    await restored.connection.db!.collection(name).insertMany(documents);
  }
}

describe(hasTools ? 'a backup, by mongodump and mongorestore' : 'a backup, by the driver: mongodump and mongorestore are missing', () => {
  test('has every document of every collection, byte for byte', async () => {
    const before = await bytesOf(original);
    expect(Object.keys(before)).toEqual(expect.arrayContaining(['audit', 'crossroads_logs', 'orders', 'sagas', 'tenants']));
    expect(await bytesOf(restored)).toEqual(before);
  });

  test('has all indexes after the index step, and an open saga continues in it', async () => {
    await makeIndexes(restored.connection);
    await checkIndexes(restored.connection);
    await sampleSagas(restored).runSaga(ids.retrying, 'synced');
    expect(await sagaViewRepository(restored).saga(ids.retrying)).toMatchObject({ status: 'synced', phase: 'ended' });
  });

  test('restores one reset with its log by the documented script, so that it can be recovered', async () => {
    const view = sagaViewRepository(original);
    const before = [await view.saga(ids.ended), await view.entries(ids.ended)];
    const { db } = original.connection;
    await db!.collection('crossroads_logs').deleteMany({ saga_id: ids.ended });
    await db!.collection<{ _id: string }>('sagas').deleteOne({ _id: ids.ended });
    await db!.collection<{ _id: string }>('purged_sagas').insertOne({ _id: ids.ended });
    await runScript(/```js\n([\s\S]*?)```/.exec(page)![1]!.replace('SAGA-ID', ids.ended));
    expect([await view.saga(ids.ended), await view.entries(ids.ended)]).toEqual(before);
    expect(await db!.collection('purged_sagas').countDocuments()).toBe(0);
    expect(await auditLogRepository(original).cleared(ids.ended)).toMatchObject({ bols: 2, executed_drops: 3 });
  });
});

/** Runs a script of mongosh. There, calls are synchronous: reads come from a copy, and writes are sent afterward. */
async function runScript(script: string): Promise<void> {
  const contents = async ({ connection }: Store) => new Map(await Promise.all(['sagas', 'crossroads_logs'].map(async (name) => [name, await connection.db!.collection(name).find().toArray()] as const)));
  const writes: (() => Promise<unknown>)[] = [];
  const shell = async (store: Store) => {
    const documents = await contents(store);
    return (name: string) => ({
      find: (filter: Record<string, unknown>) => documents.get(name)!.filter((document) => Object.entries(filter).every(([field, value]) => document[field] === value)),
      replaceOne: (filter: object, document: object, options: object) => writes.push(() => store.connection.db!.collection(name).replaceOne(filter, document, options)),
      deleteOne: (filter: object) => writes.push(() => store.connection.db!.collection(name).deleteOne(filter)),
    });
  };
  const database = (collection: (name: string) => object, more: object) => new Proxy(more, { get: (known, name) => Reflect.get(known, name) ?? collection(String(name)) });
  const [from, to] = [await shell(restored), await shell(original)];
  runInNewContext(script, { db: database(to, { getSiblingDB: () => database(from, {}) }) });
  for (const write of writes) await write();
}

describe('the documented commands', () => {
  test('dump the whole server at one moment, and restore it without a filter', () => {
    expect(commandsOf('mongodump').every((line) => / --oplog /.test(line) && !/--(db|collection|nsInclude)/.test(line))).toBe(true);
    const [everything, one] = commandsOf('mongorestore');
    expect(everything).toContain('--oplogReplay');
    expect(everything).not.toMatch(/--ns|--db/);
    expect(one).toMatch(/--nsInclude 'crossroads\.\*' --nsFrom 'crossroads\.\*' --nsTo 'restored\.\*'$/);
    expect(one).not.toContain('--oplogReplay');
  });

  test('use an address without a database: with one, mongorestore restores nothing and exits with 0', () => {
    for (const line of [...commandsOf('mongodump'), ...commandsOf('mongorestore')]) expect(line).not.toContain('MONGODB_URI');
    const [address] = /mongodb:\/\/backup:\S+authSource=admin/.exec(page)!;
    expect(address).toMatch(/^mongodb:\/\/[^/]+\/\?/);
  });
});
