import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { Router } from 'express';
import { extendDeadline } from '../http/deadline.js';
import { resolveCaller } from '../http/resolve-caller.js';
import type { IntakePorts } from '../ports.js';
import type { Reset } from '../resets.js';
import { retryAfterS } from '../retry-after.js';
import { statusUrl } from '../status-url.js';
import { abortOnClose } from '../waiting/abort-on-close.js';
import { requestedWait } from '../waiting/requested-wait.js';

/**
 * `GET /v1/order/reset/{correlation_id}`: how a reset goes. 200 however it ended, 304 while nothing has changed, 404 for one that is not the caller's.
 * `wait` holds the reply until there is an outcome; together with `If-None-Match`, until there is any change.
 */
export const showReset = ({ rateLimiter, resets, waiter }: IntakePorts): Router => {
  const waited = async (reset: Reset, known: string | undefined, waitS: number, response: Response): Promise<Reset> => {
    const { mark, rests } = reset.sagaVersion;
    if (known === undefined ? rests : known !== etagOf(reset)) return reset;
    extendDeadline(response, waitS * 1_000);
    const ended = await waiter.until({
      sagaId: reset.saga._id,
      holder: reset.saga.tenant_id,
      met: (sagaVersion) => (known === undefined ? sagaVersion.rests : sagaVersion.mark !== mark),
      atMost: waitS * 1_000,
      signal: abortOnClose(response),
    });
    if (ended === 'closing') response.set('Connection', 'close');
    return resets.again(reset);
  };

  return Router().get('/:correlationId', ...rateLimiter.poll, async (request: Request, response) => {
    const { tenant_id } = resolveCaller(request, response, 'order:reset');
    const waitS = requestedWait(request);
    const found = await resets.get(tenant_id, String(request.params['correlationId']));
    const known = tagsIn(request).find((tag) => tag === '*' || tag === etagOf(found));
    const reset = waitS === undefined ? found : await waited(found, known, waitS, response);
    if (response.headersSent) return;

    const etag = etagOf(reset);
    const { correlation_id } = reset.saga;
    response.set({ ETag: etag, 'Cache-Control': 'private, no-cache', 'X-Correlation-ID': correlation_id, 'Content-Location': statusUrl(correlation_id) });
    const restS = retryAfterS(reset);
    if (restS !== undefined) response.set('Retry-After', String(restS));
    if (waitS !== undefined) response.set('Preference-Applied', `wait=${waitS}`);
    if (tagsIn(request).some((tag) => tag === '*' || tag === etag)) response.status(304).end();
    else response.json(reset.progress);
  });
};

/** Strong: equal tags mean equal bytes. */
const etagOf = ({ progress }: Reset): string => `"${createHash('sha256').update(JSON.stringify(progress)).digest('base64url').slice(0, 22)}"`;

const tagsIn = (request: Request): string[] =>
  (request.get('if-none-match') ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .filter(Boolean);
