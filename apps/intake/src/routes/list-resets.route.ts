import { createHash } from 'node:crypto';
import { readModel, resetQuery, unprocessable, validationDetail, valueError } from '@crossroads/contract';
import type { ResetList, ResetQuery, ResetSummary } from '@crossroads/contract';
import { resetRequest } from '@crossroads/order-reset';
import type { SagaDocument } from '@crossroads/store';
import type { Request } from 'express';
import { callerMessage } from '../caller-log.js';
import { orThrow } from '../http-error.js';
import { resolveCaller } from '../http/caller.js';
import type { Handler } from '../http/register-routes.js';
import { resetPath } from '../new-reset.js';

/** Lists the caller's resets in pages, newest first. */
export const listResets: Handler =
  ({ sagas, sendReply }, scope) =>
  async (request, response) => {
    const { tenant_id } = resolveCaller(request, response, scope);
    const query = orThrow(readModel(resetQuery, request.query, 'query'));
    const { limit } = query;
    const before = query.cursor === undefined ? undefined : sagaIdIn(query.cursor, query);
    const found = await sagas.list(tenant_id, query, { limit: limit + 1, ...(before !== undefined && { before }) });
    const items = found.slice(0, limit);
    const next_cursor = found.length > limit ? cursorAfter(items.at(-1)!._id, query) : null;
    if (next_cursor !== null) response.set('Link', `<${nextUrl(request, next_cursor)}>; rel="next"`);
    sendReply(request, response, { items: items.map(summaryOf), next_cursor } satisfies ResetList);
  };

const summaryOf = (saga: SagaDocument): ResetSummary => {
  const { order, dest_tenant_name } = resetRequest.parse(saga.request);
  return {
    correlation_id: saga.correlation_id,
    saga_id: saga._id,
    status: saga.status,
    done: saga.phase === 'ended' || saga.phase === 'stopped',
    step: saga.step ?? null,
    message: callerMessage(saga, []) ?? null,
    order: { order_id: order.order_id ?? null, order_number: order.order_number ?? null },
    dest_tenant_name,
    accepted_at: saga.accepted_at.toISOString(),
    updated_at: saga.updated_at.toISOString(),
  };
};

/** Returns a hash of the filters. A cursor contains it, because a cursor with other filters would silently skip resets. */
const filtersOf = ({ status, order_id, order_number }: ResetQuery): string =>
  createHash('sha256').update(JSON.stringify([status, order_id, order_number])).digest('base64url').slice(0, 8);

const cursorAfter = (sagaId: string, query: ResetQuery): string => Buffer.from(`${sagaId}.${filtersOf(query)}`).toString('base64url');

/** Returns the saga id in the cursor. Throws HttpError with 422 for a cursor of other filters. */
const sagaIdIn = (cursor: string, query: ResetQuery): string => {
  const [, sagaId, filters] = /^([0-9a-f-]{36})\.([A-Za-z0-9_-]{8})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (sagaId !== undefined && filters === filtersOf(query)) return sagaId;
  const finding = valueError('cursor must be the next_cursor of a page with the same filters');
  return orThrow<never>(unprocessable([validationDetail(finding, ['query', 'cursor'], cursor)]));
};

const nextUrl = (request: Request, cursor: string): string => {
  const query = new URLSearchParams(Object.entries(request.query).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : [])));
  query.set('cursor', cursor);
  return `${resetPath}?${query.toString()}`;
};
