import { z } from 'zod';
import { crossroadsLog } from './crossroads-log.js';
import { integrationStatus } from './integration-status.js';

/** Body of the 200 reply to POST /v1/order/reset. */
export const resetReply = z.object({
  status: integrationStatus,
  message: z.string().nullable(),
  log: crossroadsLog.nullable(),
});

export type ResetReply = z.infer<typeof resetReply>;

/** Body of `GET /v1/order/reset/{correlation_id}`: the current reply, with the part of the log that `?logs=…` requests. */
export const resetProgress = resetReply.extend({
  correlation_id: z.string(),
  saga_id: z.string(),
  done: z.boolean().meta({ description: 'Whether the reset makes no further progress automatically.' }),
  step: z.string().nullable().meta({ description: 'Current step; null before the first step and after the last.' }),
  attempts: z.number().int().meta({ description: 'Failed attempts of the current step.' }),
  next_attempt_at: z.iso.datetime({ precision: 3 }).nullable(),
  log_count: z.number().int().meta({ description: 'Number of log entries so far. `?logs=since:N` with it returns the later ones.' }),
  logs: z.array(crossroadsLog).meta({ description: 'Empty unless the request has `?logs=since:N` or `?logs=all`.' }),
});

export type ResetProgress = z.infer<typeof resetProgress>;
