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
      (_action, _detail, change) => change(),
      () => now,
    ),
  );
const create = () => run('create', '--tenant', 'Alpha', '--instance', 'Alpha One');

describe('keys', () => {
  test('create shows the key and stores only its digest', async () => {
    const output = await create();
    const [, id, secret] = /crossroads_([a-f0-9]{16})_([\w-]{43})/.exec(output)!;
    expect(keys).toEqual([{ _id: id, sha256: digest(secret!), tenant_id: 'alpha', instance_id: 'alpha-1', scopes: expect.arrayContaining(['order:reset']), created_at: now, expires_at: null, revoked_at: null }]);
    expect(await run('list')).not.toContain(secret);
  });

  test('an instance has at most two valid keys, and gets another once one is revoked or has expired', async () => {
    await create();
    await create();
    await expect(create()).rejects.toThrow(/2 valid keys: .* Revoke one/);
    await run('revoke', keys[0]!._id);
    await create();
    keys[1]!.expires_at = new Date('2026-11-23T11:59:59Z');
    await create();
    expect((await run('list', '--tenant', 'Alpha')).split('\n').map((line) => /revoked|expired|valid/.exec(line)![0])).toEqual(['revoked', 'expired', 'valid', 'valid']);
  });

  test('an instance never has three valid keys, even if several are created at once', async () => {
    const results = await Promise.allSettled([create(), create(), create(), create()]);
    const valid = keys.filter(({ revoked_at }) => revoked_at === null);
    expect(valid.length).toBeLessThanOrEqual(2);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(valid.length);
  });

  test('rotate creates a successor with the same scopes, and the old key expires later', async () => {
    await run('create', '--tenant', 'Alpha', '--instance', 'Alpha One', '--scopes', 'order:get');
    const output = await run('rotate', keys[0]!._id, '--grace-hours', '2');
    expect(output).toContain('valid until 2026-11-23T14:00:00.000Z');
    expect(keys[1]).toMatchObject({ scopes: ['order:get'], instance_id: 'alpha-1', expires_at: null });
    now = new Date('2026-11-23T14:00:01Z');
    await expect(run('rotate', keys[0]!._id)).rejects.toThrow('no longer valid');
  });

  test.each(['0', '-1', '1.5', '8761', '1e9', '1e3', '0x10', '', ' 2', 'day'])('rotate rejects %j as the hours of grace, and creates no key', async (hours) => {
    await create();
    await expect(run('rotate', keys[0]!._id, `--grace-hours=${hours}`)).rejects.toThrow('--grace-hours must be a whole number of hours from 1 to 8760');
    expect(keys).toMatchObject([{ expires_at: null }]);
  });

  test.each([
    [[], /npm run keys/],
    [['explode'], /npm run keys/],
    [['create'], /requires --tenant/],
    [['create', '--tenant', 'Unknown', '--instance', 'x'], /no tenant "Unknown"/],
    [['create', '--tenant', 'Alpha', '--instance', 'x'], /Its instances: Alpha One/],
    [['create', '--tenant', 'Alpha', '--instance', 'Alpha One', '--scopes', 'order:rest'], /Unknown scopes: order:rest/],
    [['create', '--tenant', 'Alpha', '--instance', 'Alpha One', '--expires', 'soon'], /--expires/],
    ...['2030-02-31', '2030', '2030-01-31T00:00:00Z', '2026-11-23'].map((expires): [string[], RegExp] => [['create', '--tenant', 'Alpha', '--instance', 'Alpha One', '--expires', expires], /--expires must be an existing day/]),
    [['create', '--what'], /--what/],
    [['revoke'], /key id is missing/],
    [['revoke', 'abc'], /no key abc/],
    [['rotate', 'abc'], /no key abc/],
  ])('%j fails with a sentence', async (args, description) => {
    const failure = await run(...args).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(KeyError);
    expect((failure as Error).message).toMatch(description);
  });
});
