import { examples } from './examples.js';
import type { HeaderName } from './headers.js';
import { parameters as p } from './parameters.js';
import type { OwnResponse } from './responses.js';
import type { SchemaName } from './schemas.js';

/** Groups of operations. */
export const tags = {
  resets: { name: 'Resets', description: 'Submit, follow and cancel resets of your orders.' },
  decisions: { name: 'Decisions', description: 'Accept or reject resets that another tenant has sent to you.' },
  orders: { name: 'Orders', description: 'Create orders, and report their deliveries.' },
  authentication: { name: 'Authentication', description: 'Access tokens for clients that act for several tenants.' },
};

/** The documentation of one route. The route table has its method, path and scope. */
export interface Operation {
  id: string;
  tag: keyof typeof tags;
  summary: string;
  description: string;
  /** Headers and path parameters. The route table has the query. */
  parameters: object[];
  /** The request body with an example. `optional`: the body may be omitted. */
  body?: { schema: SchemaName; example?: object; type?: string; optional?: boolean };
  /** Body of the 200 response. */
  reply: SchemaName | 'events';
  /** Headers of the response beside those that every response has. */
  replyHeaders?: readonly HeaderName[];
  /** Meaning of statuses that not every route has. */
  also: Record<string, OwnResponse>;
}

const identity = [p.tenant, p.instance];
const caller = [...identity, p.echoedCorrelationId];
const callerAndDestination = [...caller, p.destination];
const resetOfCaller = [p.correlationId, ...caller];
const orderChange = { 404: 'No such order between the two tenants.' };

const statusHeaders = ['ETag', 'Content-Location', 'Retry-After', 'Preference-Applied'] as const;

const answer = (name: 'accept' | 'reject', summary: string, effect: string): Operation => ({
  id: `${name}_reset`,
  tag: 'decisions',
  summary,
  description: `For the destination of a reset whose status is \`requested\`. ${effect}`,
  parameters: [p.correlationId, ...caller, p.sender],
  body: { schema: 'ResetDecision', example: examples.decision, optional: true },
  reply: 'ResetReply',
  also: { 404: 'The tenant in X-Dest-Tenant-Name has sent you no such reset.', 409: 'The reset does not wait for a decision, or the opposite decision was made.' },
});

/** The documentation of the routes, in the OpenAPI document. */
export const operations = {
  submitReset: {
    id: 'reset_order',
    tag: 'resets',
    summary: 'Reset an order',
    description:
      'Clears BOLs and executed drops, sets the order back to NO_PROGRESS, and sends the reset to the destination system. The request is stored before the response `pending`, and then processed in the background. Cleared data stays in the audit log. The flat form `{"order_number": "…"}` is accepted too.',
    parameters: [...identity, p.destination, p.correlationIdHeader, p.idempotencyKey, p.prefer, p.traceparent],
    body: { schema: 'ResetRequest', example: examples.reset },
    reply: 'ResetReply',
    replyHeaders: ['Content-Location', 'Link', 'Retry-After', 'Preference-Applied', 'Idempotent-Replayed'],
    also: { 409: 'The X-Correlation-ID names another reset.' },
  },
  listResets: {
    id: 'list_resets',
    tag: 'resets',
    summary: 'List your resets',
    description: 'Newest first. For the next page, send `next_cursor` as `cursor`, with the same filters.',
    parameters: caller,
    reply: 'ResetList',
    replyHeaders: ['Link'],
    also: {},
  },
  showReset: {
    id: 'show_reset',
    tag: 'resets',
    summary: 'Get the status of a reset',
    description: '200 with any final status: a failed reset is data, not an HTTP error. Poll again after the seconds in Retry-After, which is absent once `done` is true.',
    parameters: [...resetOfCaller, p.prefer, p.ifNoneMatch],
    reply: 'ResetProgress',
    replyHeaders: statusHeaders,
    also: { 304: 'No change since the ETag in If-None-Match.', 404: 'You have no such reset.' },
  },
  streamReset: {
    id: 'stream_reset',
    tag: 'resets',
    summary: 'Stream the progress of a reset',
    description:
      'Server-sent events: `snapshot` (the body of the status call with `?logs=since:0`), then `log` for each new entry and `progress` for each change, and `done` at the end. 204 for a client that has received `done`.',
    parameters: [...resetOfCaller, p.lastEventId],
    reply: 'events',
    replyHeaders: ['X-Accel-Buffering'],
    also: { 204: 'You have received all events.', 404: 'You have no such reset.' },
  },
  cancelReset: {
    id: 'cancel_reset',
    tag: 'resets',
    summary: 'Cancel a reset',
    description: 'Possible until the BOLs and executed drops have been cleared.',
    parameters: resetOfCaller,
    body: { schema: 'ResetDecision', example: examples.decision, optional: true },
    reply: 'ResetReply',
    also: { 404: 'You have no such reset.', 409: 'Too late. `detail` has the reason and the next step.' },
  },
  acceptReset: answer('accept', 'Accept a reset sent to you', 'The reset becomes `synced`.'),
  rejectReset: answer('reject', 'Reject a reset sent to you', 'The order is restored and the reset becomes `rejected`.'),
  getOrder: {
    id: 'get_order',
    tag: 'orders',
    summary: 'Get an order',
    description: 'With its BOLs, executed drops and progression. Accepts the nested body `{"order": {…}}` and the flat one.',
    parameters: [...caller, p.otherTenant],
    body: { schema: 'ResetRequest', example: examples.reset },
    reply: 'OrderReply',
    also: { 404: 'You have no such order.' },
  },
  createOrder: {
    id: 'create_order',
    tag: 'orders',
    summary: 'Create an order',
    description: 'From you to the tenant in X-Dest-Tenant-Name.',
    parameters: callerAndDestination,
    body: { schema: 'CreateOrder', example: examples.create },
    reply: 'ResetReply',
    also: {},
  },
  saveBol: {
    id: 'save_bol',
    tag: 'orders',
    summary: 'Save a bill of lading',
    description: 'Replaces the BOL with the same number from the same terminal, or adds one.',
    parameters: callerAndDestination,
    body: { schema: 'SaveBol', example: examples.bol },
    reply: 'ResetReply',
    also: orderChange,
  },
  saveDrop: {
    id: 'save_drop',
    tag: 'orders',
    summary: 'Save an executed drop',
    description: '`replace` overwrites the drops saved for the site, `append` adds one.',
    parameters: callerAndDestination,
    body: { schema: 'SaveDrop', example: examples.drop },
    reply: 'ResetReply',
    also: orderChange,
  },
  updateStatus: {
    id: 'update_status',
    tag: 'orders',
    summary: 'Report delivery progress',
    description: '`complete` is the last status. It requires saved BOLs and drops.',
    parameters: callerAndDestination,
    body: { schema: 'UpdateStatus', example: examples.status },
    reply: 'ResetReply',
    also: orderChange,
  },
  issueToken: {
    id: 'token',
    tag: 'authentication',
    summary: 'Get an access token',
    description: 'Returns a token for a client’s id and secret, which are sent as HTTP Basic or in the form (RFC 6749). Send the token as `Authorization: Bearer`. `scope` narrows the token to some scopes of the client.',
    parameters: [],
    body: { schema: 'TokenRequest', type: 'application/x-www-form-urlencoded' },
    reply: 'TokenReply',
    replyHeaders: ['Pragma'],
    also: {
      400: { description: 'The form is malformed, the grant type is not supported, or the client does not have a requested scope.', schemas: ['TokenError', 'Error'] },
      401: { description: 'The client id or the client secret is wrong.', schemas: ['TokenError'] },
      413: { description: 'The form is larger than 16 kB.', schemas: ['TokenError'] },
    },
  },
} satisfies Record<string, Operation>;
