import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { CompensatableStep, PivotStep, RetriableStep } from './index.js';
import { done, saga } from './index.js';

const settings = { title: 't', status: { done: 'ok', rejected: 'error' }, retry: { attempts: 1, firstDelayMs: 1, growth: 2, maxDelayMs: 1 }, timeoutMs: 1_000 };

interface Request {
  n: number;
}
const request: z.ZodType<Request> = z.object({ n: z.number() });

const first: CompensatableStep<{ request: Request }, { a: number }> = { name: 'first', ...settings, run: async () => done({ a: 1 }), undo: async () => {} };
const second: CompensatableStep<{ a: number }, { b: string }> = { name: 'second', ...settings, run: async () => done({ b: 'b' }), undo: async () => {} };
const pivot: PivotStep<{ b: string }, object> = { name: 'pivot', ...settings, run: async () => done({}) };
const after: RetriableStep<{ a: number }, object> = { name: 'after', ...settings, run: async () => done({}) };

describe('a saga definition', () => {
  test('lists its steps in order', () => {
    const type = saga('sample', request).compensatable(first).compensatable(second).pivot(pivot).retriable(after);
    expect(type.steps.map(({ name }) => name)).toEqual(['first', 'second', 'pivot', 'after']);
  });

  test('rejects two steps of one name, since the journal identifies a step by its name', () => {
    expect(() => saga('sample', request).compensatable(first).compensatable(first)).toThrow('two steps named first');
  });
});

/** Never called. The type check is the test: each expected error must occur. */
export const typeErrors = (): void => {
  const start = saga('sample', request);
  // @ts-expect-error `second` needs the input `a`, and no earlier step has that output.
  start.compensatable(second);
  // @ts-expect-error A step without `undo` is not compensatable.
  start.compensatable(pivot);
  // @ts-expect-error After the pivot nothing can be compensated.
  start.compensatable(first).compensatable(second).pivot(pivot).compensatable(first);
  // @ts-expect-error A saga has one pivot.
  start.compensatable(first).compensatable(second).pivot(pivot).pivot(pivot);
  // @ts-expect-error Retriable steps are allowed only after the pivot.
  start.retriable(after);
};
