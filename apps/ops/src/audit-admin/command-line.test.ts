import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { hostname, userInfo } from 'node:os';
import type { AuditDocument, AuditRecord, Store } from '@crossroads/store';
import { auditMaintenance, auditRepository, auditedCommands, collections, directoryRepository, makeIndexes, openStore, operatorAccounts, operatorKeyRepository, operatorRepository, recordAction, retentionRepository } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import { runKeys } from '../../../intake/src/key-admin/command-line.js';
import { keyCommands } from '../../../intake/src/key-admin/commands.js';
import { runRetention } from '../../../worker/src/retention-command.js';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import { runOperators } from '../operator-admin/command-line.js';
import { operatorCommands } from '../operator-admin/commands.js';
import { hashOf } from '../../../../libs/store/src/operators/audit-chain.js';
import { runAudit } from './command-line.js';

let store: Store;
beforeAll(async () => {
  store = openStore({ uri: ownDatabase('ops-audit'), operationTimeoutMs: 10_000 });
  await store.ready.catch(() => makeIndexes(store.connection));
  await directoryRepository(store).saveTenant({ _id: 'alpha', name: 'Alpha' });
  await directoryRepository(store).saveInstance({ _id: 'alpha-1', tenant_id: 'alpha', name: 'One', source_system: 'webhook', source_system_id: null, url: 'https://alpha.example', secret_ref: 'env:NAME' });
}, 60_000);
afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

const lines = () => store.connection.collection<AuditDocument>(collections.audit);
beforeEach(async () => void (await lines().deleteMany({})));

const record: AuditRecord = { by: 'ada', role: 'operator', credential: 'key:0123', action: 'resume', reason: 'because', from: '10.0.0.7' };
const write = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index++) await auditRepository(store).note({ ...record, detail: { index, nested: { b: [new Date(0)], a: undefined } } }, { outcome: 'done' });
};
const run = (...args: string[]) => runAudit(args, auditMaintenance(store));
const remove = (before: Date) => auditMaintenance(store).remove(before);
const printedLine = async (): Promise<string> => /(\d+:[0-9a-f]{64})/.exec(await run('verify'))![1]!;
const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
const problem = () => run('verify').then(() => 'intact', ({ message }: Error) => message);
/** Returns two lines that fit each other. The first one names a line that is not in the log. */
const forgedAfter = (seq: number, previous: string, content: object): object[] => {
  const lineAfter = (before: { seq: number; hash: string }) => {
    const forged = { _id: new store.connection.base.mongo.ObjectId(), ...content, at: new Date(), outcome: 'done', seq: before.seq + 1, previous: before.hash };
    return { ...forged, hash: hashOf(forged as { hash?: string }) };
  };
  const first = lineAfter({ seq, hash: previous });
  return [first, lineAfter(first)];
};
const line = async (seq: number): Promise<AuditDocument> => (await lines().findOne({ seq }))! as AuditDocument;

test('an empty log is intact', async () => {
  expect(await run('verify')).toContain('0 lines');
});

test('an action has a line when it begins and a line with its result, and the list shows them as one', async () => {
  await recordAction(auditRepository(store), { ...record, detail: { phase: 'stopped' } }, async () => 'x', () => ({ outcome: 'rejected', code: 'saga.moved', detail: { message: 'no' } }));
  expect(await lines().find().sort({ seq: 1 }).toArray()).toMatchObject([{ seq: 1, outcome: 'begun' }, { seq: 2, outcome: 'rejected' }]);
  const { records } = await auditRepository(store).list({}, { limit: 10 });
  expect(records).toMatchObject([{ seq: 1, by: 'ada', credential: 'key:0123', outcome: 'rejected', code: 'saga.moved', detail: { phase: 'stopped', message: 'no' } }]);
  expect(await run('verify')).toContain('intact: 2 lines');
});

test('concurrent writers of two processes cannot fork the chain', async () => {
  const other = openStore({ uri: ownDatabase('ops-audit'), operationTimeoutMs: 10_000 });
  await other.connected;
  await Promise.all([store, other].flatMap((each) => Array.from({ length: 20 }, () => recordAction(auditRepository(each), record, async () => undefined))));
  await other.close();
  expect(await run('verify')).toContain('intact: 80 lines');
});

describe('tampering is found:', () => {
  beforeEach(() => write(6));

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['a changed field', () => lines().updateOne({ seq: 3 }, { $set: { by: 'eve' } }), /Line 3 .* was changed/],
    ['a changed detail', () => lines().updateOne({ seq: 3 }, { $set: { 'detail.index': 99 } }), /Line 3 .* was changed/],
    ['an added field', () => lines().updateOne({ seq: 3 }, { $set: { code: 'x' } }), /Line 3 .* was changed/],
    ['a removed line', () => lines().deleteOne({ seq: 3 }), /Before line 4, 1 of the lines from number 3 are missing/],
    ['removed first lines', () => lines().deleteMany({ seq: { $lte: 2 } }), /Before line 3, 2 of the lines from number 1 are missing/],
    ['an inserted line with the number of another', async () => lines().insertOne({ ...(await line(3)), _id: new store.connection.base.mongo.ObjectId(), previous: 'f'.repeat(64) } as never), /number of another line|Line 3 .* was changed/],
    ['an inserted line without a number', () => lines().insertOne({ by: 'eve', action: 'resume', outcome: 'done', at: new Date(), previous: 'none' } as never), /has no number/],
    [
      'a changed line with a new hash of its own',
      async () => {
        const later = await lines().find({ seq: { $gt: 3 } }).toArray();
        await lines().deleteMany({ seq: { $gte: 3 } });
        await auditRepository(store).note({ ...record, by: 'eve' }, { outcome: 'done' });
        await lines().insertMany(later as never);
      },
      /Line 4 .* does not follow line 3/,
    ],
    ['a record of a removal that covers itself', async () => lines().updateOne({ seq: 6 }, { $set: { action: 'audit removal', detail: { removed: { seq: 6, hash: (await line(6)).hash } } } }), /Line 6 .* was changed/],
    [
      'removed first lines behind a record of a removal that covers its own line',
      async () => {
        await lines().deleteMany({ seq: { $lte: 2 } });
        await auditRepository(store).note({ ...record, action: 'audit removal', detail: { removed: { seq: 1_000, hash: 'a'.repeat(64) } } }, { outcome: 'done' });
      },
      /Before line 3, 2 of the lines from number 1 are missing/,
    ],
  ])('%s', async (_what, tamper, found) => {
    await tamper();
    expect(await problem()).toMatch(found);
  });

  test('removed last lines, with a line that an earlier verification printed', async () => {
    const last = await printedLine();
    await lines().deleteMany({ seq: { $gte: 5 } });
    expect(await run('verify')).toContain('intact: 4 lines');
    await expect(run('verify', '--contains', last)).rejects.toThrow('Line 6 with the expected hash is missing');
    await write(3);
    await expect(run('verify', '--contains', last)).rejects.toThrow('Line 6 with the expected hash is missing');
  });
});

describe('old lines', () => {
  beforeEach(async () => {
    await write(3);
    const { at } = await line(3);
    await eventually(() => Date.now() > at.getTime());
  });

  test('are deleted on request, and the rest is still intact', async () => {
    const last = await printedLine();
    const cut = new Date();
    await write(2);
    expect(await remove(cut)).toBe(3);
    expect((await lines().find().sort({ seq: 1 }).toArray()).map(({ seq, action }) => [seq, action])).toEqual([[4, 'resume'], [5, 'resume'], [6, 'audit removal'], [7, 'audit removal']]);
    expect(await run('verify', '--contains', last)).toMatch(/intact: 4 lines[^]*up to 3 were deleted/);
    await write(1);
    expect(await runAudit(['remove', '--before', day(1)], auditMaintenance(store), () => new Date(day(2)))).toBe('5 lines deleted.');
    expect(await run('verify')).toContain('intact: 2 lines');
    await lines().deleteOne({ seq: 9 });
    expect(await problem()).toMatch(/missing/);
  });

  test('of a log that is not intact are kept', async () => {
    await lines().updateOne({ seq: 2 }, { $set: { by: 'eve' } });
    await expect(run('remove', '--before', day(0))).rejects.toThrow('not intact');
    expect(await lines().countDocuments()).toBe(3);
  });

  test.each(['2099-01-01', day(1)])('are kept if the date %s is in the future', async (date) => {
    await expect(run('remove', '--before', date)).rejects.toThrow(/--before must be a date in the past/);
    expect(await lines().countDocuments()).toBe(3);
  });

  test('that were removed cannot be confirmed, except the last of them', async () => {
    const old = await line(2);
    const last = await printedLine();
    await remove(new Date());
    await expect(run('verify', '--contains', `2:${old.hash}`)).rejects.toThrow(new RegExp(`Line 2 was removed on ${day(0)} or earlier, so its hash cannot be confirmed[^]*Note a newer line`));
    await expect(run('verify', '--contains', `1:${'a'.repeat(64)}`)).rejects.toThrow('Line 1 was removed');
    await expect(run('verify', '--contains', `3:${'a'.repeat(64)}`)).rejects.toThrow('Line 3 with the expected hash is missing');
    expect(await run('verify', '--contains', last)).toContain('intact: 2 lines');
  });

  test('cannot be hidden by forged records of a removal in an emptied log', async () => {
    const last = await printedLine();
    await lines().deleteMany({});
    const forged = { ...record, action: 'audit removal', detail: { removed: { seq: 1_000, hash: 'a'.repeat(64) } } };
    await lines().insertMany(forgedAfter(1_000, 'a'.repeat(64), forged) as never);
    expect(await run('verify')).toContain('up to 1000 were deleted');
    await expect(run('verify', '--contains', last)).rejects.toThrow('Line 3 was removed');
  });

  test.each([1, 2, 3])('do not cover a line that was inserted as number %i', async (seq) => {
    await remove(new Date());
    await lines().insertMany(forgedAfter(seq - 1, 'b'.repeat(64), record).slice(0, 1) as never);
    expect(await problem()).toMatch(new RegExp(`Line ${seq} .*was inserted`));
  });

  test('that an interrupted removal left are verified, and are removed later', async () => {
    const left = await line(3);
    await remove(new Date());
    await lines().insertOne(left as never);
    expect(await run('verify', '--contains', `3:${left.hash}`)).toContain('intact: 3 lines');
    await expect(run('verify', '--contains', `2:${'a'.repeat(64)}`)).rejects.toThrow('Line 2 was removed');
    await lines().updateOne({ seq: 3 }, { $set: { by: 'eve' } });
    expect(await problem()).toMatch(/Line 3 .* was changed/);
    await lines().updateOne({ seq: 3 }, { $set: { by: 'ada' } });
    await remove(new Date(left.at.getTime() + 1));
    expect(await lines().findOne({ seq: 3 })).toBeNull();
    expect(await run('verify')).toContain('intact');
  });
});

test.each([[[]], [['verify', '--contains', '7']], [['remove']], [['remove', '--before', 'yesterday']], [['remove', '--before', '1']], [['remove', '--before', '2026-02-31']], [['remove', '--before', '2026-01-31T12:00:00Z']], [['nonsense', '--option']]])('%j is rejected', async (args) => {
  await expect(run(...args)).rejects.toThrow(/npm run audit|--contains must be/);
});

test('every command of an administrator that changes something is in the audit log, with the system user and the host', async () => {
  const audited = auditedCommands(store);
  const operators = (...args: string[]) => runOperators(args, operatorCommands({ operators: operatorRepository(store), accounts: operatorAccounts(store), keys: operatorKeyRepository(store), audited }));
  const keys = (...args: string[]) => runKeys(args, keyCommands(directoryRepository(store), audited));
  const idIn = (output: string) => /Key ([a-f0-9]{16})/.exec(output)![1]!;
  await operators('create', 'grace', '--role', 'viewer');
  await operators('create', 'grace', '--role', 'operator');
  const operatorKey = idIn(await operators('key', 'grace'));
  await operators('revoke', operatorKey);
  await operators('revoke', 'grace');
  const key = idIn(await keys('create', '--tenant', 'Alpha', '--instance', 'One'));
  const successor = idIn(await keys('rotate', key));
  await keys('revoke', successor);
  await runRetention(['Alpha', '90'], retentionRepository(store), audited);
  await expect(runRetention(['Gamma', '90'], retentionRepository(store), audited)).rejects.toThrow('no tenant');

  const { records } = await auditRepository(store).list({}, { limit: 50 });
  expect(records.toReversed().map(({ action, outcome, detail }) => ({ action, outcome, detail }))).toMatchObject([
    { action: 'operator create', outcome: 'done', detail: { username: 'grace', role: 'viewer' } },
    { action: 'operator password', outcome: 'done', detail: { username: 'grace', role: 'operator', earlier_role: 'viewer' } },
    { action: 'operator key create', outcome: 'done', detail: { username: 'grace', key: operatorKey } },
    { action: 'operator key revoke', outcome: 'done', detail: { username: 'grace', key: operatorKey } },
    { action: 'operator revoke', outcome: 'done', detail: { username: 'grace' } },
    { action: 'key create', outcome: 'done', detail: { key, tenant_id: 'alpha' } },
    { action: 'key rotate', outcome: 'done', detail: { key: successor, replaces: key } },
    { action: 'key revoke', outcome: 'done', detail: { key: successor } },
    { action: 'retention', outcome: 'done', detail: { tenant: 'Alpha', days: 90 } },
    { action: 'retention', outcome: 'failed', detail: { tenant: 'Gamma', days: 90 } },
  ]);
  expect(new Set(records.map(({ by, credential, from }) => `${by} ${credential} ${from}`))).toEqual(new Set([`${userInfo().username} command-line ${hostname()}`]));
  expect(JSON.stringify(records)).not.toMatch(/password_scrypt|sha256/);
  expect(await run('verify')).toContain('intact');
});
