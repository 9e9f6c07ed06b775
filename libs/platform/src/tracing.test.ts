import { expect, test } from '@jest/globals';
import { openTracing } from './tracing.js';

const quiet = { warn: () => {} };
/** Opens tracing to a port without a listener. */
const open = async () => (await openTracing({ endpoint: 'http://127.0.0.1:9/', app: 'worker', log: quiet }))!;

const id = /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/;

test('tracing is off without an endpoint', async () => {
  expect(await openTracing({ endpoint: undefined, app: 'worker', log: quiet })).toBeUndefined();
});

test('a trace that the caller does not sample is not sampled, and its traceparent is still passed on', async () => {
  const tracing = await open();
  const parent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}`;
  expect(tracing.start('x', { kind: 'server', parent: `${parent}-00` }).traceparent).toMatch(/^00-a{32}-[0-9a-f]{16}-00$/);
  expect(tracing.start('x', { kind: 'server', parent: `${parent}-01` }).traceparent).toMatch(/^00-a{32}-[0-9a-f]{16}-01$/);
});

test.each(['', 'x', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`, `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, `00-${'A'.repeat(32)}-${'b'.repeat(16)}-01`])('%j is not a valid traceparent, so a new trace begins', async (parent) => {
  const tracing = await open();
  const { traceparent } = tracing.start('x', { kind: 'server', parent });
  expect(traceparent).toMatch(id);
  expect(traceparent.toLowerCase()).not.toContain('aaaa'.repeat(8));
});
