import type { Request, Response } from 'express';
import { Router } from 'express';
import { liftDeadline } from '../http/deadline.js';
import { resolveCaller } from '../http/resolve-caller.js';
import type { IntakePorts } from '../ports.js';
import { httpError } from '../http-error.js';
import type { Reset } from '../resets.js';
import { abortOnClose } from '../waiting/abort-on-close.js';

/** Milliseconds of silence after which a comment keeps proxies from cutting the stream, and after which the caller's right to it is looked at again. */
const heartbeatMs = 15_000;

/**
 * `GET /v1/order/reset/{correlation_id}/events`: a reset as server-sent events.
 * `snapshot` first, then a `log` for each new entry and `progress` for each change, `done` at the end, and the stream is closed.
 * An event's id is how many log entries the reader has: `Last-Event-ID` goes on from there, and whoever has seen `done` gets 204.
 */
export const streamReset = ({ rateLimiter, authenticator, resets, waiter }: IntakePorts): Router =>
  Router().get('/:correlationId/events', ...rateLimiter.poll, async (request: Request, response) => {
    const { tenant_id } = resolveCaller(request, response, 'order:reset');
    let reset = await resets.get(tenant_id, String(request.params['correlationId']));
    response.set('X-Correlation-ID', reset.saga.correlation_id);
    const { seen, ended } = lastEvent(request);
    if (ended && reset.progress.done) return void response.status(204).end();

    const gone = abortOnClose(response);
    const pause = (atMost: number) =>
      waiter.until({ sagaId: reset.saga._id, holder: tenant_id, met: ({ mark }) => mark !== reset.sagaVersion.mark, atMost, signal: gone });
    if (!reset.progress.done && (await pause(1)) === 'full') throw httpError(503, 'Too many callers wait at present. Poll instead, or come back.', { 'Retry-After': '5' });

    liftDeadline(response);
    // The connection ends with its stream: kept alive, it would hold up a shutdown that ended the stream.
    response.set({ 'Content-Type': 'text/event-stream', Connection: 'close', 'X-Accel-Buffering': 'no' });
    if (request.method === 'HEAD') return void response.end();
    response.write('retry: 2000\n\n');
    let sent = seen;
    if (sent === undefined) {
      sent = reset.progress.logs.length;
      send(response, 'snapshot', String(sent), reset.progress);
    }
    for (;;) {
      sent = sendNews(response, reset, sent);
      if (reset.progress.done) return void response.end();
      const waited = await pause(heartbeatMs);
      if (waited === 'full' || waited === 'closing' || gone.aborted) return void response.end();
      if (waited === 'time-up') {
        response.write(': still there\n\n');
        const stillIn = await authenticator.authenticate(request.rawHeaders).then(
          () => true,
          () => false,
        );
        if (!stillIn) return void response.end();
        continue;
      }
      reset = await resets.again(reset);
    }
  });

/** What the reader has not seen; answers how many entries he has then. */
const sendNews = (response: Response, { progress }: Reset, sent: number): number => {
  const { logs, log: _, ...rest } = progress;
  const news = logs.slice(sent);
  news.forEach((entry, index) => send(response, 'log', String(sent + index + 1), entry));
  if (progress.done) send(response, 'done', `${logs.length}-done`, rest);
  else if (news.length > 0) send(response, 'progress', String(logs.length), rest);
  return logs.length;
};

/** JSON has no line breaks of its own, so one event is one data line. */
const send = (response: Response, event: string, id: string, data: object): void => {
  response.write(`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
};

const lastEvent = (request: Request): { seen?: number; ended: boolean } => {
  const [, seen, done] = /^(\d{1,6})(-done)?$/.exec(request.get('last-event-id') ?? '') ?? [];
  return seen === undefined ? { ended: false } : { seen: Number(seen), ended: done !== undefined };
};
