import { settings } from '@crossroads/platform';
import { z } from 'zod';

/** Settings of the intake. */
export const intakeConfig = z.object({
  MONGODB_URI: settings.mongodbUri,
  REDIS_URL: settings.redisUrl,
  QUEUE_NAME: settings.queueName,
  QUEUE_PREFIX: settings.queuePrefix,
  INTAKE_PORT: settings.port(8080, 'Port the intake listens on.'),
  METRICS_PORT: settings.metricsPort,
  HOST: settings.host,
  TOKEN_SECRET: z.string().min(32, 'must have 32 characters or more').describe('Signs the access tokens of /auth/token. Any long random text; the same for every intake.'),
  SUBMITS_PER_MINUTE: settings.count(6_000, 'Calls a minute that change something, of one key or client.'),
  POLLS_PER_MINUTE: settings.count(12_000, 'Calls a minute that only look, of one key or client.'),
  UNAUTHENTICATED_PER_MINUTE: settings.count(600, 'Calls a minute without valid credentials, of one address.'),
  MAX_ACTIVE_RESETS_PER_TENANT: settings.count(10_000, 'Resets one tenant may have under way at once; about as many as the workers ring for again within a minute after Redis was lost.'),
  MAX_CONCURRENT_WAITS: settings.count(2_000, 'Replies and streams held open at once while a reset is waited for; half of them for one tenant.'),
  TRUSTED_PROXIES: z.coerce.number().int().min(0).default(0).describe('Proxies in front of the intake whose X-Forwarded-For is believed.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: settings.otlpEndpoint,
  LOG_LEVEL: settings.logLevel,
  SHUTDOWN_DEADLINE_MS: settings.ms(25_000, 'Time to finish what is in hand after SIGTERM'),
});

export type IntakeConfig = z.infer<typeof intakeConfig>;
