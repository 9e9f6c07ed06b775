/** Example bodies. A test sends each of them. */
export const examples = {
  reset: { order: { order_number: '4711' } },
  decision: { reason_code: 'SENT BY MISTAKE' },
  order: { order_number: '4711' },
  create: {
    origin_order_number: '5001',
    po: 'PO-2600',
    delivery_window: { start: '2026-11-02T08:00:00Z', end: '2026-11-02T16:00:00Z', timezone: 'UTC' },
    drops: [{ site: { source_id: 'site-104', tank_id: '2' }, product: { source_id: 'ULSD' }, volume: 7400, loads: [{ terminals: [{ source_id: 'T-14' }] }] }],
  },
  bol: {
    order: { order_number: '4711' },
    bol_number: 'BOL-88121',
    terminal: { source_id: 'T-14' },
    bol_date: '2026-11-02T08:41:00Z',
    details: [{ product: { source_id: 'ULSD' }, supplier: { source_id: 'S-3' }, net_volume: 7400.25, gross_volume: 7431.5 }],
  },
  drop: {
    order: { order_number: '4711' },
    site: { source_id: 'site-104' },
    mode: 'replace',
    details: [{ product: { source_id: 'ULSD' }, tank: { source_id: 'site-104', tank_id: '2' }, quantity: 7400, post_drop_time: '2026-11-02T10:15:00Z' }],
  },
  status: { order: { order_number: '4711' }, progress_status: 'driving_to_load', location: { source_id: 'T-14' }, eta: '2026-11-02T08:30:00Z' },
} as const;
