import { z } from 'zod';
import { crossroadsLog } from './crossroads-log.js';
import { integrationStatus } from './integration-status.js';

/** Body of the 200 reply to POST /v1/order/reset. */
export const resetReply = z.object({
  status: integrationStatus,
  message: z.string().nullable().meta({ description: 'Status message or error details.', examples: ['The destination accepted the reset (HTTP 200).'] }),
  log: crossroadsLog.nullable().meta({ description: 'The newest log entry.' }),
});

export type ResetReply = z.infer<typeof resetReply>;

/** Body of `GET /v1/order/reset/{correlation_id}`: the current reply, with the part of the log that `?logs=…` requests. */
export const resetProgress = resetReply.extend({
  correlation_id: z.string().meta({ description: 'Identifies the reset within your tenant.', examples: ['01936f0e-5f3c-7c1a-9d5e-0c7a3b1f2e4d'] }),
  saga_id: z.string().meta({ description: 'Id of the saga, for the operators.', examples: ['01936f0e-5f3c-7c1a-9d5e-0c7a3b1f2e4e'] }),
  done: z.boolean().meta({ description: 'Whether the reset makes no further progress automatically.', examples: [true] }),
  step: z.string().nullable().meta({ description: 'Current step; null before the first step and after the last.', examples: [null] }),
  attempts: z.number().int().meta({ description: 'Failed attempts of the current step.', examples: [0] }),
  next_attempt_at: z.iso.datetime({ precision: 3 }).nullable().meta({ description: 'Time of the next attempt; null unless the current step is retried.', examples: [null] }),
  log_count: z.number().int().meta({ description: 'Number of log entries so far. `?logs=since:N` with it returns the later ones.', examples: [8] }),
  logs: z.array(crossroadsLog).meta({ description: 'Empty unless the request has `?logs=since:N` or `?logs=all`.', examples: [[]] }),
});

export type ResetProgress = z.infer<typeof resetProgress>;
