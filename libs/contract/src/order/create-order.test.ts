import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { readModel } from '../fastapi-compat/read-model.js';
import { createOrder } from './create-order.js';

type Row = [title: string, start: string, end: string, timezone: string | undefined, isValid: boolean];

const rows: Row[] = [
  ['two offsets', '2026-11-02T08:00:00+01:00', '2026-11-02T07:00:01Z', undefined, true],
  ['two offsets, reversed', '2026-11-02T08:00:00Z', '2026-11-02T08:30:00+01:00', undefined, false],
  ['no offsets', '2026-11-02 08:00', '2026-11-02 16:00', undefined, true],
  ['no offsets, both in the missing hour of New York', '2026-03-08T02:30:00', '2026-03-08T03:15:00', undefined, true],
  ['no offsets, reversed', '2026-11-02 16:00', '2026-11-02 08:00', undefined, false],
  ['one offset, in UTC', '2026-11-02T08:00:00', '2026-11-02T08:00:01Z', undefined, true],
  ['one offset, in UTC, reversed', '2026-11-02T08:00:00Z', '2026-11-02T07:59:59', undefined, false],
  ['one offset, in Chicago', '2026-11-02T08:00:00', '2026-11-02T14:00:01Z', 'America/Chicago', true],
  ['one offset, in Chicago, reversed', '2026-11-02T08:00:00', '2026-11-02T14:00:00Z', 'America/Chicago', false],
  ['one offset, in an unknown zone', '2026-11-02T08:00:00', '2026-11-02T08:00:01Z', 'Nowhere/Here', true],
];

const body = ([, start, end, timezone]: Row) => ({ origin_order_number: '1', delivery_window: { start, end, ...(timezone !== undefined && { timezone }) }, drops: [] });

describe('a delivery window', () => {
  test.each(rows)('with %s', (...row) => {
    expect([row, readModel(createOrder, body(row), 'body').ok]).toEqual([row, row[4]]);
  });

  test.each(['UTC', 'America/New_York', 'Pacific/Kiritimati'])('is valid or not whatever the time zone of the server is: %s', (TZ) => {
    const contract = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
    const script = `const { createOrder, readModel } = await import(${JSON.stringify(contract)}); console.log(JSON.stringify(${JSON.stringify(rows.map(body))}.map((body) => readModel(createOrder, body, 'body').ok)))`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, TZ }, encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual(rows.map((row) => row[4]));
  });

  test('is stored as ISO 8601', () => {
    const order = body(['', '2026-11-02 08:00+0000', '2026-11-02T16:00:00.5Z', undefined, true]);
    expect(readModel(createOrder, order, 'body')).toMatchObject({ value: { delivery_window: { start: '2026-11-02T08:00:00+00:00', end: '2026-11-02T16:00:00.5Z', timezone: 'UTC' } } });
  });
});
