import { expect, test } from '@jest/globals';
import type { Order } from '@crossroads/order-reset';
import { subjectOf } from '@crossroads/order-reset';
import type { Entry, Outcome } from '@crossroads/saga';
import { entryKey } from '@crossroads/saga';
import { resetRequestFor } from '@crossroads/testkit';
import type { EntryDocument } from './entry-document.js';
import { toDocument, toEntry } from './entry-document.js';
import { toLogEntries } from './log-entry.js';
import type { SagaMetadata } from './saga-document.js';

const sagaId = '019ad0c4-1f00-7000-8000-000000000000';
const request = resetRequestFor({ order_number: '4711' });
const metadata: SagaMetadata = { tenantId: 'alpha', correlationId: 'correlation-1', type: 'reset_order', request, inboundRequest: { method: 'POST' } };
const saga = { type: 'reset_order', request, inbound_request: { method: 'POST' } };

const party = (tenant: string, order_number: string) => ({ tenant_id: tenant, tenant_name: `Company ${tenant}`, instance_id: `${tenant}-1`, instance_name: `ERP of ${tenant}`, source_system: 'webhook', source_system_id: null, order_number });
const order: Order = { order_id: '674000000017000000000000', status: 'synced', caller: party('alpha', '4711'), counterparty: party('beta', '94711') };

const entry = (name: string, outcome: Outcome, rest: Partial<Entry> & { label?: string; direction?: 'undo' } = {}): Entry => {
  const { label, direction = 'run', ...fields } = rest;
  const step = { name, direction, outcome, attempt: 1 } as const;
  const epoch = fields.epoch ?? 1;
  return { key: entryKey(sagaId, step, label ?? epoch), sagaId, seq: 1, step, epoch, status: 'origin_mapped', title: 'A title', retried: false, detail: {}, ...fields };
};

const stored = (written: Entry, state: object = { order }): EntryDocument => toDocument(written, metadata, state);

const found = stored(entry('resolve-order', 'done', { output: { order } }));

/** Without this, a worker would take a stored final outcome or a recorded value for missing, and repeat the step. */
test.each([
  entry('resolve-order', 'done', { output: { order }, detail: { message: 'Found.' } }),
  entry('resolve-order', 'deferred', { label: 'order.in_use', code: 'order.in_use', detail: { message: 'Waits.' } }),
  entry('snapshot-order', 'unavailable', { epoch: 7, seq: 12, code: 'order.busy', retried: true, detail: { message: 'A title' } }),
  entry('clear-deliveries', 'recorded', { label: 'version-8', output: { version: 8 }, detail: { message: 'Saved again.' } }),
  entry('clear-deliveries', 'done', { direction: 'undo', output: { restored: true }, detail: { message: 'Restored.' } }),
  entry('reset-progression', 'failed', { step: { name: 'reset-progression', direction: 'run', outcome: 'failed', attempt: 3 }, code: 'saga.bug', detail: { message: 'A bug.' } }),
])('an entry is read from its document as it was written: %#', (written) => {
  expect(toEntry(stored(written))).toEqual(written);
  expect(toEntry(toLogEntries(saga, [found, stored(written)])[1]!)).toEqual(written);
});

test('an entry whose key does not come from entryKey is rejected, because its key could not be read back', () => {
  expect(() => stored({ ...entry('resolve-order', 'done'), key: `${sagaId}:other` })).toThrow('must come from entryKey');
});

/** The documents are literal: what they show must not change with the code that writes new ones. */
test('known stored entries show every documented member, and always the same', () => {
  const common = { saga_id: sagaId, correlation_id: 'correlation-1', date: new Date(0) };
  const documents = [
    { ...common, _id: found._id, title: 'Order found and locked', step: { name: 'resolve-order', outcome: 'done' }, journal: { seq: 1, epoch: 1, status: 'origin_mapped', output: { order } }, metadata: { crossroads_order_id: order.order_id } },
    {
      ...common,
      _id: found._id,
      title: 'Request prepared',
      detail: { message: 'Will be sent.' },
      step: { name: 'dispatch-reset', outcome: 'recorded' },
      journal: { seq: 5, epoch: 1, status: 'destination_mapped', label: 'request', output: { method: 'POST', url: 'https://beta', recorded_by: 1 } },
      outbound_request: { recorded: 'request' },
    },
    {
      ...common,
      _id: found._id,
      title: 'dispatch-reset: rejected',
      detail: { message: 'No.', error: 'destination.rejected_request' },
      retried: true,
      step: { name: 'dispatch-reset', outcome: 'rejected', attempt: 2 },
      journal: { seq: 6, epoch: 2, status: 'rejected' },
      outbound_request: { recorded: 'request' },
      extra_data: { reply: { http_status: 422 } },
    },
    { ...common, _id: found._id, title: 'Undone: A title', step: { name: 'clear-deliveries', outcome: 'done', direction: 'undo' }, journal: { seq: 7, epoch: 2, status: 'rejected', output: { restored: true } } },
  ] as EntryDocument[];
  const shared = {
    _id: found._id,
    date: new Date(0),
    routing: {
      origin_tenant_id: 'alpha',
      origin_tenant_name: 'Company alpha',
      origin_source_system: 'webhook',
      origin_source_system_id: null,
      origin_instance_id: 'alpha-1',
      origin_instance_name: 'ERP of alpha',
      destination_tenant_id: 'beta',
      destination_tenant_name: 'Company beta',
      destination_source_system: 'webhook',
      destination_source_system_id: null,
      destination_instance_id: 'beta-1',
      destination_instance_name: 'ERP of beta',
    },
    metadata: { type: 'order', group_id: '4711', origin_order_number: '4711', crossroads_order_id: order.order_id },
    worker_name: 'Crossroads',
    correlation_id: 'correlation-1',
    saga_id: sagaId,
    saga_type: 'reset_order',
    inbound_request: { method: 'POST' },
  };
  const detail = { category: 'crossroads', traceback: null, error: null };
  const quiet = { severity: 'low', retried: false, send_notification: false };
  expect(toLogEntries(saga, documents).map(({ journal: _journal, ...shown }) => shown)).toEqual([
    {
      ...shared,
      ...quiet,
      title: 'Order found and locked',
      status: 'succeeded',
      detail: { ...detail, message: 'Order found and locked', message_short: 'Order found and locked' },
      outbound_request: {},
      step: { name: 'resolve-order', direction: 'run', outcome: 'done', attempt: 1 },
    },
    {
      ...shared,
      ...quiet,
      title: 'Request prepared',
      status: 'pending',
      detail: { ...detail, message: 'Will be sent.', message_short: 'Request prepared' },
      outbound_request: { method: 'POST', url: 'https://beta' },
      step: { name: 'dispatch-reset', direction: 'run', outcome: 'recorded', attempt: 1 },
    },
    {
      ...shared,
      title: 'dispatch-reset: rejected',
      status: 'failed',
      severity: 'high',
      detail: { ...detail, message: 'No.', message_short: 'dispatch-reset: rejected', error: 'destination.rejected_request' },
      retried: true,
      send_notification: true,
      outbound_request: { method: 'POST', url: 'https://beta' },
      extra_data: { reply: { http_status: 422 } },
      step: { name: 'dispatch-reset', direction: 'run', outcome: 'rejected', attempt: 2 },
    },
    {
      ...shared,
      ...quiet,
      title: 'Undone: A title',
      status: 'succeeded',
      detail: { ...detail, message: 'Undone: A title', message_short: 'Undone: A title' },
      outbound_request: {},
      step: { name: 'clear-deliveries', direction: 'undo', outcome: 'done', attempt: 1 },
    },
  ]);
});

test.each([
  ['done', 'succeeded', 'low', false],
  ['recorded', 'pending', 'low', false],
  ['deferred', 'pending', 'low', false],
  ['unavailable', 'failed', 'medium', false],
  ['canceled', 'failed', 'medium', false],
  ['terminated', 'failed', 'medium', false],
  ['failed', 'failed', 'high', true],
  ['rejected', 'failed', 'high', true],
] as const)('an entry with outcome %s shows status %s, severity %s and send_notification %s', (outcome, status, severity, send_notification) => {
  expect(toLogEntries(saga, [stored(entry('snapshot-order', outcome))])[0]).toMatchObject({ status, severity, send_notification });
});

test('an entry from before the order was found shows the subject of the request, also once the order is found', () => {
  const waiting = stored(entry('resolve-order', 'deferred', { label: 'order.in_use', code: 'order.in_use' }), {});
  const then = toLogEntries(saga, [waiting])[0]!;
  expect(then).toMatchObject(subjectOf(request, {}));
  expect(then.metadata.crossroads_order_id).toBeNull();
  // The worker of an earlier claim may write it after a later claim has found the order.
  const [, late] = toLogEntries(saga, [found, waiting]);
  expect(late).toEqual(then);
});

test('a snapshot names its tenant, order, saga and correlation id itself, because it may outlive its saga', () => {
  const snapshot = stored(entry('snapshot-order', 'done', { detail: { extra_data: { bols: [], executed_drops: [], version: 7, sha256: 'ab' } } }));
  expect(snapshot).toMatchObject({ saga_id: sagaId, correlation_id: 'correlation-1', routing: { origin_tenant_id: 'alpha' }, metadata: { crossroads_order_id: order.order_id } });
});

test('an entry of another saga type shows the outbound request that it stores itself', () => {
  const own = stored(entry('notify', 'done', { detail: { outbound_request: { url: 'https://other' } } }));
  expect(toLogEntries(saga, [own])[0]!.outbound_request).toEqual({ url: 'https://other' });
});
