import { isRedisUrl, redisUrlForms } from '@crossroads/saga-bullmq';
import { settings } from '@crossroads/platform';
import { z } from 'zod';

/** Settings of the operator pages. */
export const opsConfig = z.object({
  MONGODB_URI: settings.mongodbUri,
  REDIS_URL: settings.redisUrl.refine(isRedisUrl, redisUrlForms),
  QUEUE_NAME: settings.queueName,
  QUEUE_PREFIX: settings.queuePrefix,
  OPS_PORT: settings.port(8081, 'Port of the operator pages.'),
  METRICS_PORT: settings.metricsPort,
  HOST: settings.host,
  TRUSTED_PROXIES: settings.trustedProxies,
  OPS_ENVIRONMENT: z.string().default('development').describe('Name on the badge of every operator page, so that operators do not confuse two environments.'),
  OPS_SECURE_COOKIES: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .describe('true when operators connect over HTTPS. Their cookies are then sent over HTTPS only.'),
  OPS_SESSION_IDLE_MS: settings.ms(3_600_000, 'Time without use after which an operator must sign in again'),
  OPS_SESSION_MAX_MS: settings.ms(8 * 3_600_000, 'Time after which an operator must sign in again in any case'),
  LOG_LEVEL: settings.logLevel,
  SHUTDOWN_DEADLINE_MS: settings.ms(10_000, 'Time to finish running requests and bulk items after SIGTERM'),
});

export type OpsConfig = z.infer<typeof opsConfig>;
