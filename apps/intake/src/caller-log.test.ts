import { expect, test } from '@jest/globals';
import { sagaCodes } from '@crossroads/contract';
import type { LogEntry } from '@crossroads/store';
import { entryId } from '@crossroads/store';
import { resetRequestFor } from '@crossroads/testkit';
import { callerMessage, toCallerLog } from './caller-log.js';

const sagaId = '01900000-0000-7000-8000-000000000000';
const marker = 'KEEP-FROM-CALLERS';
const url = `https://hooks.carrier.example/${marker}?token=${marker}`;

/** Creates an entry of the dispatch with the marker wherever it can have data of the other company. */
const entryWith = (code: string | null, outcome: LogEntry['step']['outcome'], extra_data: object = {}): LogEntry => ({
  _id: entryId(sagaId, `${code}${outcome}`),
  title: 'dispatch-reset',
  date: new Date(0),
  status: 'failed',
  severity: 'low',
  routing: { destination_tenant_name: 'Cartage North', destination_instance_name: 'Cartage TMS' } as LogEntry['routing'],
  detail: { category: 'crossroads', message: `Sent to ${url}: ${marker}`, message_short: 'Sent', traceback: marker, error: code },
  metadata: { type: 'order', group_id: null, origin_order_number: null, crossroads_order_id: null },
  worker_name: 'Crossroads',
  correlation_id: 'correlation-1',
  retried: false,
  saga_id: sagaId,
  saga_type: 'reset_order',
  send_notification: false,
  outbound_request: { method: 'POST', url, headers: { authorization: marker }, body: marker },
  inbound_request: {},
  extra_data: { reply: { http_status: 503, body: marker, message: marker, answer: 'rejected' }, another: marker, ...extra_data },
  step: { name: 'dispatch-reset', direction: 'run', outcome, attempt: 1 },
  journal: { label: marker, seq: 1, epoch: 1, status: 'destination_mapped', output: { url } },
});

const internalCodes = Object.keys(sagaCodes).filter((code) => /^(destination|saga)\.|^order\.(in_use|not_locked)$/.test(code) && !['destination.rejected', 'destination.number_not_integer'].includes(code));

test.each([...internalCodes, 'code.of_a_newer_worker'])('an entry with %s has nothing of the other company but its name and the HTTP status', (code) => {
  const log = toCallerLog(entryWith(code, 'unavailable'));
  expect(JSON.stringify(log)).not.toContain(marker);
  expect(log).toMatchObject({ detail: { error: code, traceback: null }, outbound_request: { sent_to: 'Cartage TMS' }, extra_data: { reply: { http_status: 503 } } });
});

test.each(['recorded', 'done'] as const)('an entry of the dispatch with outcome %s names the destination and not its address', (outcome) => {
  const log = toCallerLog(entryWith(null, outcome));
  expect(JSON.stringify(log)).not.toContain(marker);
  expect(log.detail.message).toMatch(/sent to Cartage TMS/i);
});

test('a rejection has the HTTP status and what happened to the order', () => {
  const { message } = toCallerLog(entryWith('destination.rejected_request', 'rejected', { on_rejection: 'restore' })).detail;
  expect(message).toBe('Cartage TMS rejected the reset (HTTP 503). The order is restored to its state before the reset. Ask Cartage TMS for the reason.');
});

test('a snapshot and a decision of the other tenant are complete', () => {
  const snapshot = { bols: [{ bol_number: '1' }], executed_drops: [], progression_state: 'COMPLETE', missing: {}, version: 3, sha256: 'ab' };
  expect(toCallerLog({ ...entryWith(null, 'done'), extra_data: snapshot }).extra_data).toEqual(snapshot);
  const decision = { rejected_by: 'Cartage North', reason_code: 'TOO LATE' };
  expect(toCallerLog({ ...entryWith('destination.rejected', 'rejected'), extra_data: decision }).extra_data).toEqual(decision);
});

test('the message of a saga is that of its last entry, or a text for its code', () => {
  const saga = { error: { code: 'destination.unavailable', message: marker }, request: { ...resetRequestFor({ order_number: '1' }), dest_tenant_name: 'Cartage North' } };
  expect(callerMessage(saga, [entryWith('destination.unavailable', 'unavailable')])).toBe('Cartage TMS is unavailable (HTTP 503).');
  expect(callerMessage(saga, [])).toBe('Cartage North is unavailable.');
  expect(callerMessage({ request: saga.request }, [])).toBeUndefined();
});
