import { pydanticInteger, readModel } from '@crossroads/contract';
import type { Request } from 'express';
import { z } from 'zod';
import { orThrow } from '../http-error.js';

/** Maximum wait, in seconds. It is below the usual timeout of proxies between caller and intake. */
export const maxWaitS = 25;

export const waitQuery = z.object({
  wait: pydanticInteger.pipe(z.number().int().min(0)).optional().meta({ description: `Seconds that the reply may be held until there is an outcome. More than ${maxWaitS} counts as ${maxWaitS}.` }),
});

/**
 * Returns the seconds that the caller accepts to wait: `?wait=N`, or otherwise `Prefer: wait=N`. Returns undefined without either.
 * Ignores a malformed `Prefer`. Throws HttpError with 422 for a malformed `wait`.
 */
export const requestedWait = (request: Request): number | undefined => {
  const { wait } = request.url.includes('?') ? orThrow(readModel(waitQuery, request.query, 'query')) : {};
  const preferred = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?=[,;]|$)/i.exec(request.get('prefer') ?? '')?.[1];
  const requested = wait ?? (preferred === undefined ? undefined : Number(preferred));
  return requested === undefined ? undefined : Math.min(requested, maxWaitS);
};
