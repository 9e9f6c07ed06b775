import { beforeEach, describe, expect, test } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { HttpError } from './http-error.js';
import type { Quota } from './quota.js';
import { createQuota } from './quota.js';

let time: number;
/** Ids of the active sagas in the store. */
let active: string[];
let isUnavailable: boolean;
let counts: number;
let quota: Quota;
beforeEach(() => {
  [time, active, isUnavailable, counts] = [0, [], false, 0];
  const count = async (_: string, { before }: { before: string }) => {
    counts += 1;
    await nextTick();
    if (isUnavailable) throw new Error('unavailable');
    return active.filter((sagaId) => sagaId < before).length;
  };
  quota = createQuota({ sagas: { count }, maxActive: 3, log: { warn: () => {} }, now: () => time });
});

const nextTick = () => new Promise(setImmediate);
const three = () => [uuidv7(), uuidv7(), uuidv7()];

const submitAtOnce = (): 'accepted' | HttpError => {
  try {
    quota.admit('alpha');
  } catch (error) {
    return error as HttpError;
  }
  const sagaId = uuidv7();
  active.push(sagaId);
  quota.recordAccepted('alpha', sagaId);
  return 'accepted';
};

/** Submits a reset and waits until the count has finished. */
const submit = async (): Promise<'accepted' | HttpError> => {
  const result = submitAtOnce();
  await nextTick();
  await nextTick();
  return result;
};

describe('a tenant that has reached its limit of active resets', () => {
  test('gets 429 with Retry-After and the next step, and is not counted again', async () => {
    for (let sent = 0; sent < 3; sent++) expect(await submit()).toBe('accepted');
    const { problem, headers } = (await submit()) as HttpError;
    expect(problem).toEqual({ status: 429, body: { detail: expect.stringMatching(/3 active resets.*GET \/v1\/order\/reset/) } });
    expect(headers).toEqual({ 'Retry-After': '30' });
    expect(counts).toBe(1);
  });

  test('is accepted again after a later count is below the limit', async () => {
    active = three();
    await submit();
    expect(await submit()).toBeInstanceOf(HttpError);
    [active, time] = [active.slice(0, 1), 1_000];
    await submit();
    expect(await submit()).toBe('accepted');
    expect(counts).toBe(2);
  });

  test('stays rejected while MongoDB is unavailable', async () => {
    active = three();
    await submit();
    [isUnavailable, time] = [true, 1_000];
    await submit();
    expect(await submit()).toBeInstanceOf(HttpError);
  });

  test('is not rejected because of resets accepted during the count', async () => {
    expect([submitAtOnce(), submitAtOnce()]).toEqual(['accepted', 'accepted']);
    expect(await submit()).toBe('accepted');
    expect(await submit()).toBeInstanceOf(HttpError);
  });

  test('does not use up the limit of another tenant', async () => {
    active = three();
    await submit();
    expect(() => quota.admit('beta')).not.toThrow();
  });
});
