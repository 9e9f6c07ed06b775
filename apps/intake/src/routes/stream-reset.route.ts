import type { Request, Response } from 'express';
import { httpError } from '../http-error.js';
import { isStillAllowed, resolveCaller } from '../http/caller.js';
import { removeDeadline } from '../http/deadline.js';
import type { Handler } from '../http/register-routes.js';
import type { Reset } from '../resets.js';
import { abortOnClose } from '../waiting/hold-reply.js';

/**
 * Streams a reset as server-sent events: `snapshot`, then a `log` for each new entry and `progress` for each change, and `done` at the end.
 * After `heartbeatMs` without events it sends a comment, because proxies close idle streams. It checks the credentials as often, also between events.
 * The id of an event is the number of log entries sent so far. A client continues with `Last-Event-ID`; after `done` it gets 204.
 */
export const streamReset: Handler =
  ({ authenticator, resets, waiter, heartbeatMs }, scope) =>
  async (request, response) => {
    const { tenant_id } = resolveCaller(request, response, scope);
    let reset = await resets.get(tenant_id, String(request.params['correlationId']));
    response.set('X-Correlation-ID', reset.saga.correlation_id);
    const { sent: sentBefore, ended } = lastEvent(request);
    if (ended && reset.progress.done) return void response.status(204).end();

    const closed = abortOnClose(response);
    const waitForChange = (timeoutMs: number) =>
      waiter.waitFor({ sagaId: reset.saga._id, tenantId: tenant_id, seenMark: reset.sagaVersion.mark, timeoutMs, signal: closed });
    if (!reset.progress.done && (await waitForChange(1)) === 'full') {
      throw httpError(503, 'Too many streams and held replies are open. Poll the status instead, or open the stream after the seconds in Retry-After.', { 'Retry-After': '5' });
    }

    removeDeadline(response);
    // The connection closes with the stream. A connection that is kept alive would delay a shutdown.
    response.set({ 'Content-Type': 'text/event-stream', Connection: 'close', 'X-Accel-Buffering': 'no' });
    if (request.method === 'HEAD') return void response.end();
    response.write('retry: 2000\n\n');
    let sent = sentBefore;
    if (sent === undefined) {
      sent = reset.progress.logs.length;
      sendEvent(response, 'snapshot', String(sent), reset.progress);
    }
    let checkedAt = performance.now();
    for (;;) {
      sent = sendChanges(response, reset, sent);
      if (reset.progress.done) return void response.end();
      const result = await waitForChange(heartbeatMs);
      if (result === 'full' || result === 'closing' || closed.aborted) return void response.end();
      if (result === 'timed-out') response.write(': heartbeat\n\n');
      if (result === 'timed-out' || performance.now() - checkedAt >= heartbeatMs) {
        if (!(await isStillAllowed(authenticator, request, response, scope, tenant_id))) return void response.end();
        checkedAt = performance.now();
      }
      if (result !== 'timed-out') reset = await resets.again(reset);
    }
  };

/** Sends the entries that the client does not have. Returns the number of entries sent so far. */
const sendChanges = (response: Response, { progress }: Reset, sent: number): number => {
  const { logs, log: _, ...rest } = progress;
  const newEntries = logs.slice(sent);
  newEntries.forEach((entry, index) => sendEvent(response, 'log', String(sent + index + 1), entry));
  if (progress.done) sendEvent(response, 'done', `${logs.length}-done`, rest);
  else if (newEntries.length > 0) sendEvent(response, 'progress', String(logs.length), rest);
  return logs.length;
};

/** Sends an event. One data line is enough, because JSON contains no line breaks. */
const sendEvent = (response: Response, event: string, id: string, data: object): void => {
  response.write(`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
};

const lastEvent = (request: Request): { sent?: number; ended: boolean } => {
  const [, sent, done] = /^(\d{1,6})(-done)?$/.exec(request.get('last-event-id') ?? '') ?? [];
  return sent === undefined ? { ended: false } : { sent: Number(sent), ended: done !== undefined };
};
