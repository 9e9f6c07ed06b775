import { settings } from '@crossroads/platform';
import { z } from 'zod';

/** Settings of the operator pages. */
export const opsConfig = z.object({
  MONGODB_URI: settings.mongodbUri,
  REDIS_URL: settings.redisUrl,
  QUEUE_NAME: settings.queueName,
  QUEUE_PREFIX: settings.queuePrefix,
  OPS_PORT: settings.port(8081, 'Port the operator pages listen on.'),
  METRICS_PORT: settings.metricsPort,
  HOST: settings.host,
  OPS_ENVIRONMENT: z.string().default('development').describe('Name on the badge of every operator page, so that nobody takes one environment for another.'),
  OPS_SECURE_COOKIES: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .describe('true when operators come in over HTTPS: their cookies are then sent over nothing else.'),
  LOG_LEVEL: settings.logLevel,
  SHUTDOWN_DEADLINE_MS: settings.ms(10_000, 'Time to finish what is in hand after SIGTERM'),
});

export type OpsConfig = z.infer<typeof opsConfig>;
