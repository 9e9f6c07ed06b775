import type { CrossroadsLogV2, SagaCode } from '@crossroads/contract';
import { dispatchResetStep, orderAfterRejection, resetRequest } from '@crossroads/order-reset';
import type { DestinationReply, DispatchPolicy } from '@crossroads/order-reset';
import type { LogEntry, SagaDocument } from '@crossroads/store';
import { callerTitle } from './caller-titles.js';

/** What a text for callers may contain about the destination. */
interface Delivery {
  /** Name of the instance, else of the tenant. */
  to: string;
  /** HTTP status of the reply, such as ` (HTTP 503)`; empty without a reply. */
  status: string;
  /** What happened to the order after a rejection, with a space before it; empty if unknown. */
  afterRejection: string;
}

type CallerText = (delivery: Delivery) => string;

/** The stored message contains only data of the request and of its order. */
const asStored = undefined;

const misconfigured: CallerText = ({ to }) => `The connection of Crossroads to ${to} is not configured correctly. Ask the operators of Crossroads.`;
const internalError: CallerText = () => 'An internal error occurred. Send the correlation id to the operators of Crossroads.';

/**
 * Texts in place of messages for operators, which may contain an address, a reply, another saga or an internal error.
 * The table must have every code, so that a new code requires this decision.
 */
const callerTexts: Record<SagaCode, CallerText | undefined> = {
  'request.order_not_found': asStored,
  'request.order_ambiguous': asStored,
  'request.order_mismatch': asStored,
  'request.order_canceled': asStored,
  'request.order_not_synced': asStored,
  'request.canceled': asStored,
  'order.in_use': () => 'Another reset of this order has to end first.',
  'order.busy': asStored,
  'order.not_representable': asStored,
  'order.too_large': asStored,
  'order.malformed': asStored,
  'order.not_locked': internalError,
  'order.gone': asStored,
  'destination.unknown_instance': misconfigured,
  'destination.no_adapter': misconfigured,
  'destination.no_secret': misconfigured,
  'destination.address_blocked': misconfigured,
  'destination.number_not_integer': asStored,
  'destination.rejected_request': ({ to, status, afterRejection }) => `${to} rejected the reset${status}.${afterRejection} Ask ${to} for the reason.`,
  'destination.rejected': asStored,
  'destination.requested': ({ to, status }) => `Sent to ${to}${status}. A person there must approve the reset.`,
  'destination.unavailable': ({ to, status }) => `${to} is unavailable${status}.`,
  'destination.timed_out': ({ to }) => `${to} did not respond in time.`,
  'destination.interrupted': ({ to }) => `The request to ${to} was interrupted.`,
  'destination.rate_limited': ({ to, status }) => `${to} limits its request rate${status}.`,
  'destination.credentials_rejected': ({ to, status }) => `${to} rejected the credentials of Crossroads${status}.`,
  'destination.redirected': ({ to, status }) => `${to} replied with a redirect${status}, which is not followed.`,
  'destination.tls_failed': ({ to }) => `No secure connection to ${to} could be opened.`,
  'destination.invalid_response': ({ to }) => `The reply of ${to} is not valid HTTP.`,
  'destination.unreadable_reply': ({ to, status }) => `The reply of ${to} was not understood${status}, so the result is unknown.`,
  'destination.conflict': ({ to, status }) => `${to} reported a conflict${status}, so the result is unknown.`,
  'destination.moved': misconfigured,
  'destination.secret_missing': misconfigured,
  'destination.secret_unusable': misconfigured,
  'destination.paused': ({ to }) => `${to} is paused. The request is sent when an operator of Crossroads resumes it.`,
  'destination.busy': ({ to }) => `Other requests to ${to} are sent first.`,
  'destination.throttled': ({ to }) => `${to} limits its request rate. The request is sent later.`,
  'destination.circuit_open': ({ to }) => `${to} is unavailable. The request is sent when ${to} responds again.`,
  'recover.order_moved_on': asStored,
  'recover.nothing_cleared': asStored,
  'recover.already_restored': asStored,
  'step.timed_out': asStored,
  'step.no_answer': asStored,
  'step.contradicted': ({ to }) => `Two replies of ${to} contradict each other. The operators of Crossroads decide how the reset ends.`,
  'saga.bug': internalError,
  'saga.crashes_workers': internalError,
  'saga.request_unreadable': internalError,
  'saga.terminated': () => 'An operator of Crossroads terminated the reset. Read the order before you submit another reset.',
};

/** Members of `extra_data` that callers get: the snapshot, and who decided. */
const callerData: ReadonlySet<string> = new Set([
  'bols',
  'executed_drops',
  'progression_state',
  'missing',
  'version',
  'sha256',
  'accepted_by',
  'rejected_by',
  'canceled_by',
  'reason_code',
]);

interface StoredData {
  reply?: Pick<DestinationReply, 'http_status'>;
  on_rejection?: DispatchPolicy['on_rejection'];
}

/**
 * Returns a log entry as the caller of the reset gets it: the documented members in their order.
 * The address of the other company, its reply and the operators' messages are replaced by its name, the code and the HTTP status.
 */
export const toCallerLog = (entry: LogEntry): CrossroadsLogV2 => ({
  _id: entry._id.toHexString(),
  title: callerTitle(entry),
  date: entry.date.toISOString(),
  status: entry.status,
  severity: entry.severity,
  routing: entry.routing,
  detail: { ...entry.detail, message_short: callerTitle(entry), message: messageOf(entry), traceback: null },
  metadata: entry.metadata,
  worker_name: entry.worker_name,
  correlation_id: entry.correlation_id,
  retried: entry.retried,
  saga_id: entry.saga_id,
  saga_type: entry.saga_type,
  send_notification: entry.send_notification,
  outbound_request: Object.keys(entry.outbound_request).length === 0 ? {} : { sent_to: deliveryOf(entry).to },
  inbound_request: entry.inbound_request,
  ...(entry.extra_data && { extra_data: dataForCaller(entry.extra_data) }),
});

/** Returns the message of a stopped or finished saga for its caller; undefined without an error. */
export const callerMessage = ({ error, request }: Pick<SagaDocument, 'error' | 'request'>, entries: readonly LogEntry[]): string | undefined => {
  if (!error) return undefined;
  const last = entries.findLast(({ detail }) => detail.error === error.code);
  return last ? messageOf(last) : textFor(error.code, error.message, { to: resetRequest.parse(request).dest_tenant_name, status: '', afterRejection: '' });
};

const messageOf = (entry: LogEntry): string => {
  const { detail, step } = entry;
  const delivery = deliveryOf(entry);
  if (detail.error !== null) return textFor(detail.error, detail.message, delivery);
  if (step.name !== dispatchResetStep) return detail.message;
  if (step.outcome === 'recorded') return `Will be sent to ${delivery.to}.`;
  return delivery.status === '' ? detail.message : `Sent to ${delivery.to}, which accepted the reset${delivery.status}.`;
};

const textFor = (code: string, stored: string, delivery: Delivery): string => {
  if (!Object.hasOwn(callerTexts, code)) return internalError(delivery);
  return callerTexts[code as SagaCode]?.(delivery) ?? stored;
};

const deliveryOf = ({ routing, extra_data }: LogEntry): Delivery => {
  const { reply, on_rejection } = (extra_data ?? {}) as StoredData;
  return {
    to: routing.destination_instance_name ?? routing.destination_tenant_name ?? 'the destination',
    status: reply ? ` (HTTP ${reply.http_status})` : '',
    afterRejection: on_rejection === undefined ? '' : ` ${orderAfterRejection({ on_rejection })}`,
  };
};

const dataForCaller = (stored: object): Record<string, unknown> => {
  const { reply } = stored as StoredData;
  const own = Object.entries(stored).filter(([name]) => callerData.has(name));
  return { ...Object.fromEntries(own), ...(reply && { reply: { http_status: reply.http_status } }) };
};
