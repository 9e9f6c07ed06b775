import type { HttpClient } from './http/http-client.js';
import type { IntegrationStatus, ResetList, ResetSummary } from './wire.js';

export interface ListOptions {
  status?: IntegrationStatus | undefined;
  order_id?: string | undefined;
  order_number?: string | undefined;
  /** Number of resets per page, 200 at most. The list fetches pages until the last one, or until you stop reading. */
  pageSize?: number | undefined;
  signal?: AbortSignal | undefined;
}

export async function* listResets(send: HttpClient, { pageSize, signal, ...filters }: ListOptions = {}): AsyncGenerator<ResetSummary, void, undefined> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filters, limit: pageSize })) if (value !== undefined) query.set(name, String(value));
  for (;;) {
    const { body } = await send<ResetList>({ method: 'GET', path: `/v1/order/reset?${query.toString()}`, signal, members: ['items', 'next_cursor'] });
    yield* body.items;
    if (body.next_cursor === null) return;
    query.set('cursor', body.next_cursor);
  }
}
