import { beforeEach, describe, expect, test } from '@jest/globals';
import { Refused } from './refused.js';
import type { Quota } from './quota.js';
import { createQuota } from './quota.js';

let time: number;
let open: number | Error;
let counts: number;
let quota: Quota;
beforeEach(() => {
  [time, open, counts] = [0, 0, 0];
  const count = async () => {
    counts += 1;
    if (open instanceof Error) throw open;
    return open;
  };
  quota = createQuota({ sagas: { count }, most: 3, log: { warn: () => {} }, now: () => time });
});

const submit = async (): Promise<'taken' | Refused> => {
  try {
    quota.admit('alpha');
    quota.took('alpha');
    return 'taken';
  } catch (error) {
    return error as Refused;
  } finally {
    await new Promise(setImmediate);
  }
};

describe('a tenant with as many resets under way as it may have', () => {
  test('is refused with 429, when to come back and what to do, without being counted again', async () => {
    for (let sent = 0; sent < 3; sent++) expect(await submit()).toBe('taken');
    const { problem, headers } = (await submit()) as Refused;
    expect(problem).toEqual({ status: 429, body: { detail: expect.stringMatching(/3 resets under way.*GET \/v1\/order\/reset/) } });
    expect(headers).toEqual({ 'Retry-After': '30' });
    expect(counts).toBe(1);
  });

  test('is let in again once a later count shows room', async () => {
    open = 3;
    await submit();
    expect(await submit()).toBeInstanceOf(Refused);
    [open, time] = [1, 1_000];
    await submit();
    expect(await submit()).toBe('taken');
    expect(counts).toBe(2);
  });

  test('stays refused while nobody can count', async () => {
    open = 3;
    await submit();
    [open, time] = [new Error('away'), 1_000];
    await submit();
    expect(await submit()).toBeInstanceOf(Refused);
  });

  test('takes nothing from another', async () => {
    open = 3;
    await submit();
    expect(() => quota.admit('beta')).not.toThrow();
  });
});
