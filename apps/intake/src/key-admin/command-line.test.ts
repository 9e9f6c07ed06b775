import { beforeEach, describe, expect, test } from '@jest/globals';
import { digest } from '@crossroads/platform';
import type { KeyDocument } from '@crossroads/store';
import { runKeys } from './command-line.js';
import { KeyError, keyCommands } from './commands.js';

let keys: KeyDocument[];
let now: Date;
beforeEach(() => {
  keys = [];
  now = new Date('2026-11-23T12:00:00Z');
});

const run = (...args: string[]) =>
  runKeys(
    args,
    keyCommands(
      {
        tenantNamed: async (name) =>
          name === 'Alpha' ? { tenant_id: 'alpha', tenant_name: 'Alpha', instances: [{ instance_id: 'alpha-1', instance_name: 'Alpha One', source_system: 'webhook', source_system_id: null }] } : undefined,
        keys: async (tenantId) => keys.filter(({ tenant_id }) => tenantId === undefined || tenant_id === tenantId),
        saveKey: async (key) => void keys.push(key),
        endKey: async (id, end) => Boolean(Object.assign(keys.find(({ _id }) => _id === id) ?? {}, end)),
      },
      () => now,
    ),
  );
const create = () => run('create', '--tenant', 'Alpha', '--instance', 'Alpha One');

describe('keys', () => {
  test('create shows the key once and stores its digest alone', async () => {
    const said = await create();
    const [, id, secret] = /crossroads_([a-f0-9]{16})_([\w-]{43})/.exec(said)!;
    expect(keys).toEqual([{ _id: id, sha256: digest(secret!), tenant_id: 'alpha', instance_id: 'alpha-1', scopes: expect.arrayContaining(['order:reset']), created_at: now, expires_at: null, revoked_at: null }]);
    expect(await run('list')).not.toContain(secret);
  });

  test('an instance has two that work, and room for another once one is revoked or has expired', async () => {
    await create();
    await create();
    await expect(create()).rejects.toThrow(/2 keys that work: .* Revoke one/);
    await run('revoke', keys[0]!._id);
    await create();
    keys[1]!.expires_at = new Date('2026-11-23T11:59:59Z');
    await create();
    expect((await run('list', '--tenant', 'Alpha')).split('\n').map((line) => /revoked|expired|works/.exec(line)![0])).toEqual(['revoked', 'expired', 'works', 'works']);
  });

  test('never has three that work, however many are made at once', async () => {
    const said = await Promise.allSettled([create(), create(), create(), create()]);
    const work = keys.filter(({ revoked_at }) => revoked_at === null);
    expect(work.length).toBeLessThanOrEqual(2);
    expect(said.filter(({ status }) => status === 'fulfilled')).toHaveLength(work.length);
  });

  test('rotate gives a successor with the same rights and lets the old one run out', async () => {
    await run('create', '--tenant', 'Alpha', '--instance', 'Alpha One', '--scopes', 'order:get');
    const said = await run('rotate', keys[0]!._id, '--grace-hours', '2');
    expect(said).toContain('works until 2026-11-23T14:00:00.000Z');
    expect(keys[1]).toMatchObject({ scopes: ['order:get'], instance_id: 'alpha-1', expires_at: null });
    now = new Date('2026-11-23T14:00:01Z');
    await expect(run('rotate', keys[0]!._id)).rejects.toThrow('works no more');
  });

  test.each([
    [[], /npm run keys/],
    [['explode'], /npm run keys/],
    [['create'], /needs --tenant/],
    [['create', '--tenant', 'Nobody', '--instance', 'x'], /no tenant "Nobody"/],
    [['create', '--tenant', 'Alpha', '--instance', 'x'], /It has: Alpha One/],
    [['create', '--tenant', 'Alpha', '--instance', 'Alpha One', '--scopes', 'order:rest'], /Unknown scopes: order:rest/],
    [['create', '--tenant', 'Alpha', '--instance', 'Alpha One', '--expires', 'soon'], /--expires/],
    [['create', '--what'], /--what/],
    [['revoke'], /Which key/],
    [['revoke', 'abc'], /no key abc/],
    [['rotate', 'abc'], /no key abc/],
  ])('%j is answered with a sentence', async (args, description) => {
    const failure = await run(...args).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(KeyError);
    expect((failure as Error).message).toMatch(description);
  });
});
