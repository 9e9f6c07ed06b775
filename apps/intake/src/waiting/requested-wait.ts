import { readModel } from '@crossroads/contract';
import type { Request } from 'express';
import { z } from 'zod';
import { valueOf } from '../http-error.js';

/** Longest wait, in seconds: below what proxies between us and the caller usually bear. */
export const longestWaitS = 25;

export const waitQuery = z.object({
  wait: z.coerce.number().int().min(0).optional().meta({ description: `Seconds the reply may be held until there is an outcome; ${longestWaitS} at most.` }),
});

/** How long the caller would wait, in seconds: `?wait=N`, or else `Prefer: wait=N`. A preference that is not well-formed is no preference. */
export const requestedWait = (request: Request): number | undefined => {
  const { wait } = valueOf(readModel(waitQuery, request.query, 'query'));
  const preferred = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?=[,;]|$)/i.exec(request.get('prefer') ?? '')?.[1];
  const requested = wait ?? (preferred === undefined ? undefined : Number(preferred));
  return requested === undefined ? undefined : Math.min(requested, longestWaitS);
};
