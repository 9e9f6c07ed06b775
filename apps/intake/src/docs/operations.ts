import { resetQuery } from '@crossroads/contract';
import { waitQuery } from '../waiting/requested-wait.js';
import { examples } from './examples.js';
import { parameters as p } from './parameters.js';
import type { SchemaName } from './schemas.js';
import { queryParameters } from './schemas.js';

/** One call of the API, in as many words as the document is made of. */
export interface Operation {
  method: 'get' | 'post';
  path: string;
  id: string;
  summary: string;
  description: string;
  scope?: string;
  parameters: object[];
  /** What is sent, and an example of it; `optional` where the body may be left out. */
  body?: { schema: SchemaName; example?: object; type?: string; optional?: boolean };
  /** Body of the 200 reply. */
  reply: SchemaName | 'events';
  /** Other statuses than the ones every call may have, and what they mean. */
  also: Record<string, string>;
}

const caller = [p.tenant, p.instance];
const asked = [...caller, p.destination];
const one = [p.correlationId, ...caller];
const change = { 404: 'No such order between the two tenants.' };

export const operations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/order/reset',
    id: 'reset_order',
    summary: 'Reset an order',
    description:
      'Clears BOLs and executed drops, sets the order back to NO_PROGRESS, and sends the reset to the destination system. The request is kept before it is answered `pending`; it is then worked on in the background. What was cleared stays in the audit log. The flat form `{"order_number": "…"}` is taken too.',
    scope: 'order:reset',
    parameters: [...asked, p.correlationIdHeader, p.idempotencyKey, p.prefer],
    body: { schema: 'ResetRequest', example: examples.reset },
    reply: 'ResetReply',
    also: { 409: 'The X-Correlation-ID names another reset.' },
  },
  {
    method: 'get',
    path: '/v1/order/reset',
    id: 'list_resets',
    summary: 'List your resets',
    description: 'Newest first. The next page is at `next_cursor`, with the same filters.',
    scope: 'order:reset',
    parameters: [...caller, ...queryParameters(resetQuery)],
    reply: 'ResetList',
    also: {},
  },
  {
    method: 'get',
    path: '/v1/order/reset/{correlation_id}',
    id: 'show_reset',
    summary: 'See how a reset goes',
    description: '200 however it ended: a reset that failed is data, not an HTTP error. Ask again after the seconds in Retry-After, which is absent once `done` is true.',
    scope: 'order:reset',
    parameters: [...one, ...queryParameters(waitQuery), p.prefer, p.ifNoneMatch],
    reply: 'ResetProgress',
    also: { 304: 'Nothing has changed since the ETag in If-None-Match.', 404: 'You have no such reset.' },
  },
  {
    method: 'get',
    path: '/v1/order/reset/{correlation_id}/events',
    id: 'stream_reset',
    summary: 'Watch a reset',
    description:
      'Server-sent events: `snapshot` (as the status call answers), then `log` for each new entry and `progress` for each change, and `done` at the end. 204 for a reader who has seen `done`.',
    scope: 'order:reset',
    parameters: [...one, p.lastEventId],
    reply: 'events',
    also: { 204: 'You have seen it all.', 404: 'You have no such reset.' },
  },
  {
    method: 'post',
    path: '/v1/order/reset/{correlation_id}/cancel',
    id: 'cancel_reset',
    summary: 'Cancel a reset',
    description: 'Possible until the BOLs and executed drops have been cleared.',
    scope: 'order:reset',
    parameters: one,
    body: { schema: 'ResetDecision', example: examples.decision, optional: true },
    reply: 'ResetReply',
    also: { 404: 'You have no such reset.', 409: 'Too late; the text says why and what to do instead.' },
  },
  ...(['accept', 'reject'] as const).map(
    (answer): Operation => ({
      method: 'post',
      path: `/v1/order/reset/{correlation_id}/${answer}`,
      id: `${answer}_reset`,
      summary: answer === 'accept' ? 'Accept a reset sent to you' : 'Reject a reset sent to you',
      description:
        answer === 'accept'
          ? 'For the destination of a reset whose status is `requested`. The reset becomes `synced`.'
          : 'For the destination of a reset whose status is `requested`. Everything is put back and the reset becomes `rejected`.',
      scope: 'order_request:accept',
      parameters: [p.correlationId, ...caller, p.sender],
      body: { schema: 'ResetDecision', example: examples.decision, optional: true },
      reply: 'ResetReply',
      also: { 404: 'Nobody of that name has sent you such a reset.', 409: 'It does not wait for an answer, or the other answer was given.' },
    }),
  ),
  {
    method: 'post',
    path: '/v1/order/get',
    id: 'get_order',
    summary: 'See an order',
    description: 'With its BOLs, executed drops and progression. Nested `{"order": {…}}` and flat are both taken.',
    scope: 'order:get',
    parameters: [...caller, p.otherEnd],
    body: { schema: 'ResetRequest', example: examples.reset },
    reply: 'OrderReply',
    also: { 404: 'You have no such order.' },
  },
  {
    method: 'post',
    path: '/v1/order/create',
    id: 'create_order',
    summary: 'Create an order',
    description: 'From you to the tenant in X-Dest-Tenant-Name.',
    scope: 'order:create',
    parameters: asked,
    body: { schema: 'CreateOrder', example: examples.create },
    reply: 'ResetReply',
    also: {},
  },
  {
    method: 'post',
    path: '/v1/order/save_bol',
    id: 'save_bol',
    summary: 'Save a bill of lading',
    description: 'In place of the one with the same number from the same terminal, or beside the others.',
    scope: 'order:save_bol',
    parameters: asked,
    body: { schema: 'SaveBol', example: examples.bol },
    reply: 'ResetReply',
    also: change,
  },
  {
    method: 'post',
    path: '/v1/order/save_drop',
    id: 'save_drop',
    summary: 'Save an executed drop',
    description: '`replace` overwrites what was saved for the site, `append` adds to it.',
    scope: 'order:save_drop',
    parameters: asked,
    body: { schema: 'SaveDrop', example: examples.drop },
    reply: 'ResetReply',
    also: change,
  },
  {
    method: 'post',
    path: '/v1/order/update_status',
    id: 'update_status',
    summary: 'Report delivery progress',
    description: '`complete` comes last, once BOLs and drops have been saved.',
    scope: 'order:update_status',
    parameters: asked,
    body: { schema: 'UpdateStatus', example: examples.status },
    reply: 'ResetReply',
    also: change,
  },
  {
    method: 'post',
    path: '/auth/token',
    id: 'token',
    summary: 'Get an access token',
    description: 'Trades a client’s id and secret for a token, to be sent as `Authorization: Bearer`.',
    parameters: [],
    body: { schema: 'TokenRequest', type: 'application/x-www-form-urlencoded' },
    reply: 'TokenReply',
    also: {},
  },
];
