import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RetryableError, DeferStep } from '@crossroads/saga';
import { DestinationLimiter } from './destination-limiter.js';

let clock = 1_000_000;
beforeEach(() => void jest.spyOn(Date, 'now').mockImplementation(() => clock));
afterEach(() => void jest.restoreAllMocks());

const open = () => new DestinationLimiter('TMS', { inFlight: 2, failuresToOpen: 3, halfOpenAfterMs: 10_000 }, () => 0);
const failing = (code = 'destination.unavailable') => () => Promise.reject(new RetryableError(code, ''));
const fail = async (limiter: DestinationLimiter, times: number, code?: string) => {
  for (let time = 0; time < times; time += 1) await expect(limiter.run(failing(code))).rejects.toThrow(RetryableError);
};
const waitOf = async (limiter: DestinationLimiter): Promise<DeferStep> => {
  const error: unknown = await limiter.run(async () => 'ran').catch((error: unknown) => error);
  expect(error).toBeInstanceOf(DeferStep);
  return error as DeferStep;
};
const hanging = () => {
  let finish!: (value: string) => void;
  const work = new Promise<string>((resolve) => {
    finish = resolve;
  });
  return { finish, work: () => work };
};

describe('breaker', () => {
  test('opens after failures in a row, and says for how long', async () => {
    const limiter = open();
    await fail(limiter, 2);
    await limiter.run(async () => 'ran');
    await fail(limiter, 2);
    expect(limiter.state.breaker).toBe('closed');
    await fail(limiter, 1);
    expect(limiter.state.breaker).toBe('open');
    clock += 4_000;
    expect(await waitOf(limiter)).toMatchObject({ code: 'destination.circuit_open', wait: { delayMs: 6_000, onTimeout: 'retry' } });
  });

  test('gives a crowd turns that lie apart, however fast it failed', async () => {
    const limiter = open();
    for (let round = 0; round < 40; round += 1) await limiter.run(async () => 'ran');
    await fail(limiter, 3);
    const first = (await waitOf(limiter)).wait.delayMs;
    for (let turn = 0; turn < 99; turn += 1) await waitOf(limiter);
    expect((await waitOf(limiter)).wait.delayMs - first).toBeGreaterThanOrEqual(5_000);
  });

  test('lets one through when half open, and turns the others away meanwhile', async () => {
    const limiter = open();
    await fail(limiter, 3);
    clock += 10_000;
    const { finish, work } = hanging();
    const probe = limiter.run(work);
    expect(limiter.state).toEqual({ breaker: 'half-open', in_flight: 1 });
    expect((await waitOf(limiter)).code).toBe('destination.circuit_open');
    finish('back');
    expect(await probe).toBe('back');
    expect(limiter.state).toEqual({ breaker: 'closed', in_flight: 0 });
  });

  test('opens again when that one fails', async () => {
    const limiter = open();
    await fail(limiter, 3);
    clock += 10_000;
    await fail(limiter, 1);
    expect((await waitOf(limiter)).wait.delayMs).toBe(10_000);
  });

  test.each(['destination.rate_limited', 'destination.credentials_rejected', 'destination.redirected', 'destination.interrupted', 'destination.secret_missing'])(
    '%s says nothing against the destination',
    async (code) => {
      const limiter = open();
      for (let time = 0; time < 10; time += 1) {
        await fail(limiter, 1, code);
        clock += 1_000;
      }
      expect(limiter.state.breaker).toBe('closed');
    },
  );
});

describe('a 429', () => {
  const limited = (retryAfterMs?: number) => () => Promise.reject(new RetryableError('destination.rate_limited', '', retryAfterMs));

  test('is meant for everybody: nobody else is sent until the destination wants requests again', async () => {
    const limiter = open();
    await expect(limiter.run(limited(30_000))).rejects.toThrow(RetryableError);
    expect(await waitOf(limiter)).toMatchObject({ code: 'destination.throttled', wait: { delayMs: 30_000, onTimeout: 'retry' } });
    clock += 30_000;
    expect(await limiter.run(async () => 'ran')).toBe('ran');
  });

  test('that does not say for how long is good for a second, and one that says too long for five minutes', async () => {
    const limiter = open();
    await expect(limiter.run(limited())).rejects.toThrow(RetryableError);
    expect((await waitOf(limiter)).wait.delayMs).toBe(1_000);
    clock += 1_000;
    await expect(limiter.run(limited(3_600_000))).rejects.toThrow(RetryableError);
    expect((await waitOf(limiter)).wait.delayMs).toBe(300_000);
  });

  test('halves how many go at once, and what gets through widens the lane again, little by little', async () => {
    const limiter = new DestinationLimiter('TMS', { inFlight: 4, failuresToOpen: 3, halfOpenAfterMs: 10_000 }, () => 0);
    const fits = async () => {
      const { finish, work } = hanging();
      const running = Array.from({ length: 5 }, () => limiter.run(work).catch(() => 'turned away'));
      const { in_flight } = limiter.state;
      finish('ran');
      await Promise.all(running);
      return in_flight;
    };
    expect(await fits()).toBe(4);
    await Promise.allSettled([limiter.run(limited()), limiter.run(limited()), limiter.run(limited())]);
    clock += 1_000;
    expect(await fits()).toBe(2);
    for (let round = 0; round < 4; round += 1) await fits();
    expect(await fits()).toBe(4);
  });
});

describe('cap', () => {
  test('turns away at once who finds it full, and lets in again when one is done', async () => {
    const limiter = open();
    const { finish, work } = hanging();
    const both = [limiter.run(work), limiter.run(work)];
    expect((await waitOf(limiter)).code).toBe('destination.busy');
    expect(limiter.state.in_flight).toBe(2);
    finish('done');
    await Promise.all(both);
    expect(await limiter.run(async () => 'ran')).toBe('ran');
  });

  test('a crowd is told to come back one after the other, none later than five minutes', async () => {
    const limiter = open();
    const { finish, work } = hanging();
    const both = [limiter.run(work), limiter.run(work)];
    const waits: number[] = [];
    for (let turn = 0; turn < 1_000; turn += 1) waits.push((await waitOf(limiter)).wait.delayMs);
    expect(waits.slice(0, 4)).toEqual([250, 750, 1_250, 1_750]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(300_000);
    expect(waits.at(-1)).toBe(150_000);
    finish('done');
    await Promise.all(both);
  });
});
