import { beforeEach, describe, expect, test } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { HttpError } from './http-error.js';
import type { Quota } from './quota.js';
import { createQuota } from './quota.js';

let time: number;
/** Ids of what is stored and open. */
let open: string[];
let away: boolean;
let counts: number;
let quota: Quota;
beforeEach(() => {
  [time, open, away, counts] = [0, [], false, 0];
  const count = async (_: string, { before }: { before: string }) => {
    counts += 1;
    await turn();
    if (away) throw new Error('away');
    return open.filter((sagaId) => sagaId < before).length;
  };
  quota = createQuota({ sagas: { count }, most: 3, log: { warn: () => {} }, now: () => time });
});

const turn = () => new Promise(setImmediate);
const three = () => [uuidv7(), uuidv7(), uuidv7()];

const submitAtOnce = (): 'taken' | HttpError => {
  try {
    quota.admit('alpha');
  } catch (error) {
    return error as HttpError;
  }
  const sagaId = uuidv7();
  open.push(sagaId);
  quota.took('alpha', sagaId);
  return 'taken';
};

/** And lets a count come to its end. */
const submit = async (): Promise<'taken' | HttpError> => {
  const result = submitAtOnce();
  await turn();
  await turn();
  return result;
};

describe('a tenant with as many resets under way as it may have', () => {
  test('is refused with 429, when to come back and what to do, without being counted again', async () => {
    for (let sent = 0; sent < 3; sent++) expect(await submit()).toBe('taken');
    const { problem, headers } = (await submit()) as HttpError;
    expect(problem).toEqual({ status: 429, body: { detail: expect.stringMatching(/3 resets under way.*GET \/v1\/order\/reset/) } });
    expect(headers).toEqual({ 'Retry-After': '30' });
    expect(counts).toBe(1);
  });

  test('is let in again once a later count shows room', async () => {
    open = three();
    await submit();
    expect(await submit()).toBeInstanceOf(HttpError);
    [open, time] = [open.slice(0, 1), 1_000];
    await submit();
    expect(await submit()).toBe('taken');
    expect(counts).toBe(2);
  });

  test('stays refused while nobody can count', async () => {
    open = three();
    await submit();
    [away, time] = [true, 1_000];
    await submit();
    expect(await submit()).toBeInstanceOf(HttpError);
  });

  test('is not refused for resets accepted while it was counted', async () => {
    expect([submitAtOnce(), submitAtOnce()]).toEqual(['taken', 'taken']);
    expect(await submit()).toBe('taken');
    expect(await submit()).toBeInstanceOf(HttpError);
  });

  test('takes nothing from another', async () => {
    open = three();
    await submit();
    expect(() => quota.admit('beta')).not.toThrow();
  });
});
