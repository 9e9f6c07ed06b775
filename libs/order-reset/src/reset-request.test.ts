import { expect, test } from '@jest/globals';
import { subjectOf } from './reset-request.js';

const caller = { tenant_id: 'alpha', tenant_name: 'Alpha', instance_id: null, instance_name: null, source_system: null, source_system_id: null };

test('the subject of a log entry names the caller, the destination and the order of the request', () => {
  expect(subjectOf({ order: { order_number: '4711' }, caller, dest_tenant_name: 'Beta' }, {})).toMatchObject({
    routing: { origin_tenant_id: 'alpha', origin_tenant_name: 'Alpha', destination_tenant_id: null, destination_tenant_name: 'Beta' },
    metadata: { type: 'order', group_id: '4711', crossroads_order_id: null },
  });
});

test('a request that does not match the schema has a subject without an order, so that its saga can still be terminated', () => {
  for (const stored of [{}, { order: { order_number: 4711 }, caller, dest_tenant_name: 'Beta' }, { order: {}, caller: null, dest_tenant_name: 'Beta' }]) {
    expect(subjectOf(stored, {})).toMatchObject({ routing: { origin_tenant_name: '', destination_tenant_name: '' }, metadata: { type: 'order', group_id: null, crossroads_order_id: null } });
  }
});
