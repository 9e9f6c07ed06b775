import { readModel } from '@crossroads/contract';
import type { Request } from 'express';
import { z } from 'zod';
import { orThrow } from './http-error.js';

export const logsQuery = z.object({
  logs: z
    .string()
    .regex(/^(?:none|all|since:[0-9]{1,6})$/)
    .default('none')
    .meta({
      description:
        '`none`: `logs` is empty. `since:N`: the entries after the first N; send the last `log_count` as N. `all`: every entry, and the only form with the BOLs and drops of a snapshot. The ETag is the same for all of them.',
    }),
});

/** The part of a log that the caller requests. */
export interface RequestedLogs {
  /** Number of entries that the caller already has. */
  since: number;
  /** Whether snapshots include their BOLs and drops. */
  contents: boolean;
}

/** Returns the part of the log in `?logs=…`. Throws HttpError with 422 for any other value. */
export const requestedLogs = (request: Request): RequestedLogs => {
  const { logs } = orThrow(readModel(logsQuery, request.query, 'query'));
  if (logs === 'all') return { since: 0, contents: true };
  return { since: logs === 'none' ? Infinity : Number(logs.slice('since:'.length)), contents: false };
};
