import { beforeEach, expect, test } from '@jest/globals';
import { RetentionError, runRetention } from './retention-command.js';

let kept: Map<string, number | undefined>;
beforeEach(() => void (kept = new Map([['Alpha', undefined]])));

const run = (...args: string[]) =>
  runRetention(args, {
    tenants: async () => [...kept].flatMap(([tenantName, days]) => (days === undefined ? [] : [{ tenantId: 'alpha', tenantName, days }])),
    keepFor: async (name, days) => kept.has(name) && kept.set(name, days) === kept,
  }, (_action, _detail, change) => change());

test('a tenant gets a retention, is listed with it, and loses it again', async () => {
  expect(await run()).toBe('Everything is kept, of every tenant.');
  expect(await run('Alpha', '90')).toContain('90 days after their end');
  expect(await run()).toBe('Alpha  90 days');
  expect(await run('Alpha', 'off')).toContain('everything is kept');
  expect(await run()).toBe('Everything is kept, of every tenant.');
});

test.each(['6', '0', '-1', '7.5', '1e3', 'week', ''])('%p days are rejected, and nothing is changed', async (days) => {
  await expect(run('Alpha', days)).rejects.toThrow(RetentionError);
  expect(kept.get('Alpha')).toBeUndefined();
});

test('an unknown tenant is rejected by name, and an extra argument shows the usage', async () => {
  await expect(run('Gamma', '90')).rejects.toThrow('There is no tenant "Gamma"');
  await expect(run('Cartage', 'North', '90')).rejects.toThrow('npm run retention');
});
