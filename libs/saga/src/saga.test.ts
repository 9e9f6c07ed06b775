import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { CompensatableStep, PivotStep, RetriableStep } from './index.js';
import { done, saga } from './index.js';

const rest = { title: 't', status: { done: 'ok', rejected: 'error' }, retry: { attempts: 1, firstDelayMs: 1, growth: 2, maxDelayMs: 1 }, timeoutMs: 1_000 };

interface Request {
  n: number;
}
const request: z.ZodType<Request> = z.object({ n: z.number() });

const first: CompensatableStep<{ request: Request }, { a: number }> = { name: 'first', ...rest, run: async () => done({ a: 1 }), undo: async () => {} };
const second: CompensatableStep<{ a: number }, { b: string }> = { name: 'second', ...rest, run: async () => done({ b: 'b' }), undo: async () => {} };
const point: PivotStep<{ b: string }, object> = { name: 'point', ...rest, run: async () => done({}) };
const after: RetriableStep<{ a: number }, object> = { name: 'after', ...rest, run: async () => done({}) };

describe('the chain', () => {
  test('lists its steps in order', () => {
    const type = saga('sample', request).compensatable(first).compensatable(second).pivot(point).retriable(after);
    expect(type.steps.map(({ name }) => name)).toEqual(['first', 'second', 'point', 'after']);
  });

  test('refuses two steps of one name, which the journal could not tell apart', () => {
    expect(() => saga('sample', request).compensatable(first).compensatable(first)).toThrow('two steps named first');
  });
});

/** Never called: that these lines do not compile is the test, and the type check runs it. */
export const theGrammarIsHeldByTheTypes = (): void => {
  const start = saga('sample', request);
  // @ts-expect-error `second` needs `a`, which no earlier step adds.
  start.compensatable(second);
  // @ts-expect-error A step that cannot be undone is not compensatable.
  start.compensatable(point);
  // @ts-expect-error Behind the pivot nothing can be taken back.
  start.compensatable(first).compensatable(second).pivot(point).compensatable(first);
  // @ts-expect-error There is one pivot.
  start.compensatable(first).compensatable(second).pivot(point).pivot(point);
  // @ts-expect-error Only what lies behind the pivot may be retried for ever.
  start.retriable(after);
};
