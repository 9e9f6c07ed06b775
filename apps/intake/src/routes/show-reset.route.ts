import type { ResetProgress } from '@crossroads/contract';
import type { Response } from 'express';
import { resolveCaller } from '../http/caller.js';
import { entityTag, hasTag } from '../http/entity-tag.js';
import type { Handler } from '../http/register-routes.js';
import { statusPath } from '../new-reset.js';
import type { RequestedLogs } from '../requested-logs.js';
import { requestedLogs } from '../requested-logs.js';
import type { Reset } from '../resets.js';
import { holdReply } from '../waiting/hold-reply.js';
import { requestedWait } from '../waiting/requested-wait.js';

/**
 * Returns the state of a reset.
 * Responds with 200 for any final status, with 304 without a change, and with 404 for an unknown reset or one of another tenant.
 *
 * `logs` selects the part of the log. `wait` holds the reply until there is an outcome. Together with `If-None-Match`, it holds the reply until the next change.
 */
export const showReset: Handler = ({ resets, waiter, sendReply }, scope) => {
  const waitForChange = async (reset: Reset, known: string | undefined, waitS: number, { contents }: RequestedLogs, response: Response): Promise<Reset> => {
    const { mark, rests } = reset.sagaVersion;
    if (known === undefined ? rests : !hasTag(known, etagOf(reset))) return reset;
    await holdReply(waiter, response, {
      sagaId: reset.saga._id,
      tenantId: reset.saga.tenant_id,
      waitS,
      ...(known !== undefined && { seenMark: mark }),
    });
    return resets.again(reset, { contents });
  };

  return async (request, response) => {
    const { tenant_id } = resolveCaller(request, response, scope);
    const waitS = requestedWait(request);
    const logs = requestedLogs(request);
    const found = await resets.get(tenant_id, String(request.params['correlationId']), logs);
    const known = request.get('if-none-match');
    const reset = waitS === undefined ? found : await waitForChange(found, known, waitS, logs, response);
    if (response.headersSent) return;

    const etag = etagOf(reset);
    const { correlation_id } = reset.saga;
    response.set({ ETag: etag, 'Cache-Control': 'private, no-cache', 'X-Correlation-ID': correlation_id, 'Content-Location': statusPath(correlation_id) });
    const pollAgainS = retryAfterS(reset);
    if (pollAgainS !== undefined) response.set('Retry-After', String(pollAgainS));
    if (waitS !== undefined) response.set('Preference-Applied', `wait=${waitS}`);
    if (known?.trim() === '*' || hasTag(known, etag)) response.status(304).end();
    else sendReply(request, response, { ...reset.progress, logs: reset.progress.logs.slice(logs.since) } satisfies ResetProgress);
  };
};

/**
 * Returns the ETag of the state. The tag does not depend on `?logs=…`, so a client can request the later entries with the last tag.
 * An entry never changes, so its id stands for its contents.
 */
const etagOf = ({ progress }: Reset): string => {
  const { log: _, logs, ...state } = progress;
  return entityTag([state, logs.map(({ _id }) => _id)]);
};

const maxRetryAfterS = 15;

/** Returns the seconds until the next poll; undefined for a finished reset. Grows with the age of the reset, with jitter so that callers do not poll together. */
const retryAfterS = ({ saga, progress }: Reset): number | undefined => {
  if (progress.done) return undefined;
  if (saga.phase === 'awaiting_approval') return maxRetryAfterS;
  const ageS = Math.max(0, Date.now() - saga.accepted_at.getTime()) / 1_000;
  return Math.min(maxRetryAfterS, Math.max(1, Math.round((ageS / 5) * (0.8 + 0.4 * Math.random()))));
};
