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
const rejectionOf = async (limiter: DestinationLimiter): Promise<DeferStep> => {
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

describe('the circuit', () => {
  test('opens after consecutive failures, and its rejections contain the rest of the cool-down', async () => {
    const limiter = open();
    await fail(limiter, 2);
    await limiter.run(async () => 'ran');
    await fail(limiter, 2);
    expect(limiter.state.breaker).toBe('closed');
    await fail(limiter, 1);
    expect(limiter.state.breaker).toBe('open');
    clock += 4_000;
    expect(await rejectionOf(limiter)).toMatchObject({ code: 'destination.circuit_open', wait: { delayMs: 6_000, onTimeout: 'retry' } });
  });

  test('spaces the retries of rejected requests, however fast the requests failed', async () => {
    const limiter = open();
    for (let round = 0; round < 40; round += 1) await limiter.run(async () => 'ran');
    await fail(limiter, 3);
    const first = (await rejectionOf(limiter)).wait.delayMs;
    for (let request = 0; request < 99; request += 1) await rejectionOf(limiter);
    expect((await rejectionOf(limiter)).wait.delayMs - first).toBeGreaterThanOrEqual(5_000);
  });

  test('sends one probe when half open, and rejects all other requests', async () => {
    const limiter = open();
    await fail(limiter, 3);
    clock += 10_000;
    const { finish, work } = hanging();
    const probe = limiter.run(work);
    expect(limiter.state).toEqual({ breaker: 'half-open', in_flight: 1 });
    expect((await rejectionOf(limiter)).code).toBe('destination.circuit_open');
    finish('back');
    expect(await probe).toBe('back');
    expect(limiter.state).toEqual({ breaker: 'closed', in_flight: 0 });
  });

  test('opens again when the probe fails', async () => {
    const limiter = open();
    await fail(limiter, 3);
    clock += 10_000;
    await fail(limiter, 1);
    expect((await rejectionOf(limiter)).wait.delayMs).toBe(10_000);
  });

  test.each(['destination.rate_limited', 'destination.credentials_rejected', 'destination.redirected', 'destination.interrupted', 'destination.secret_missing'])(
    '%s does not count as a failure of the destination',
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

  test('stops all requests until its Retry-After has passed', async () => {
    const limiter = open();
    await expect(limiter.run(limited(30_000))).rejects.toThrow(RetryableError);
    expect(await rejectionOf(limiter)).toMatchObject({ code: 'destination.throttled', wait: { delayMs: 30_000, onTimeout: 'retry' } });
    clock += 30_000;
    expect(await limiter.run(async () => 'ran')).toBe('ran');
  });

  test('without Retry-After stops requests for a second, and one with a long Retry-After for five minutes at most', async () => {
    const limiter = open();
    await expect(limiter.run(limited())).rejects.toThrow(RetryableError);
    expect((await rejectionOf(limiter)).wait.delayMs).toBe(1_000);
    clock += 1_000;
    await expect(limiter.run(limited(3_600_000))).rejects.toThrow(RetryableError);
    expect((await rejectionOf(limiter)).wait.delayMs).toBe(300_000);
  });

  test('halves the concurrency limit, and each success raises the limit again', async () => {
    const limiter = new DestinationLimiter('TMS', { inFlight: 4, failuresToOpen: 3, halfOpenAfterMs: 10_000 }, () => 0);
    const countInFlight = async () => {
      const { finish, work } = hanging();
      const running = Array.from({ length: 5 }, () => limiter.run(work).catch(() => 'rejected'));
      const { in_flight } = limiter.state;
      finish('ran');
      await Promise.all(running);
      return in_flight;
    };
    expect(await countInFlight()).toBe(4);
    await Promise.allSettled([limiter.run(limited()), limiter.run(limited()), limiter.run(limited())]);
    clock += 1_000;
    expect(await countInFlight()).toBe(2);
    for (let round = 0; round < 4; round += 1) await countInFlight();
    expect(await countInFlight()).toBe(4);
  });
});

describe('the concurrency limit', () => {
  test('rejects a request above the limit, and runs the next one after a request completed', async () => {
    const limiter = open();
    const { finish, work } = hanging();
    const both = [limiter.run(work), limiter.run(work)];
    expect((await rejectionOf(limiter)).code).toBe('destination.busy');
    expect(limiter.state.in_flight).toBe(2);
    finish('done');
    await Promise.all(both);
    expect(await limiter.run(async () => 'ran')).toBe('ran');
  });

  test('spaces the retries of rejected requests, up to five minutes', async () => {
    const limiter = open();
    const { finish, work } = hanging();
    const both = [limiter.run(work), limiter.run(work)];
    const waits: number[] = [];
    for (let request = 0; request < 1_000; request += 1) waits.push((await rejectionOf(limiter)).wait.delayMs);
    expect(waits.slice(0, 4)).toEqual([250, 750, 1_250, 1_750]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(300_000);
    expect(waits.at(-1)).toBe(150_000);
    finish('done');
    await Promise.all(both);
  });
});
