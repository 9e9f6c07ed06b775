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

/** Body of GET /v1/order/reset/{correlation_id}: the reply as it would be now, and how it came to this. */
export const resetProgress = resetReply.extend({
  correlation_id: z.string(),
  saga_id: z.string(),
  done: z.boolean().meta({ description: 'Whether the reset moves no further by itself.' }),
  step: z.string().nullable().meta({ description: 'Step the reset stands at; null before the first and after the last.' }),
  attempts: z.number().int().meta({ description: 'Failed attempts of that step.' }),
  next_attempt_at: z.iso.datetime({ precision: 3 }).nullable(),
  logs: z.array(crossroadsLog),
});

export type ResetProgress = z.infer<typeof resetProgress>;
