import { isRedisUrl, redisUrlForms } from '@crossroads/saga-bullmq';
import { settings } from '@crossroads/platform';
import { z } from 'zod';

/** Settings of the intake. */
export const intakeConfig = z
  .object({
    MONGODB_URI: settings.mongodbUri,
    REDIS_URL: settings.redisUrl.refine(isRedisUrl, redisUrlForms),
    QUEUE_NAME: settings.queueName,
    QUEUE_PREFIX: settings.queuePrefix,
    INTAKE_PORT: settings.port(8080, 'Port the intake listens on.'),
    METRICS_PORT: settings.metricsPort,
    HOST: settings.host,
    TOKEN_SECRET: z.string().min(32, 'must have at least 32 characters').describe('Secret that signs the access tokens of /auth/token: any long random text, the same for every intake.'),
    SUBMITS_PER_MINUTE: settings.count(6_000, 'Maximum number of requests per minute that change data, for each key or client.'),
    POLLS_PER_MINUTE: settings.count(12_000, 'Maximum number of requests per minute that only read, for each key or client.'),
    UNAUTHENTICATED_PER_MINUTE: settings.count(600, 'Maximum number of requests per minute without valid credentials, for each address.'),
    MAX_ACTIVE_RESETS_PER_TENANT: settings.count(10_000, 'Maximum number of active resets of one tenant. After a loss of Redis, the workers enqueue about this number again within a minute.'),
    MAX_CONCURRENT_WAITS: settings.count(2_000, 'Maximum number of held replies and open streams. One tenant may have half of them.'),
    MAX_CONNECTIONS: settings.count(3_000, 'Maximum number of connections. Further ones are closed at once. Must exceed MAX_CONCURRENT_WAITS.'),
    WRITE_TIMEOUT_MS: settings.ms(20_000, 'Time for a caller to receive a reply. Then its connection is closed'),
    TRUSTED_PROXIES: settings.trustedProxies,
    OTEL_EXPORTER_OTLP_ENDPOINT: settings.otlpEndpoint,
    OTEL_EXPORTER_OTLP_HEADERS: settings.otlpHeaders,
    LOG_LEVEL: settings.logLevel,
    SHUTDOWN_DEADLINE_MS: settings.ms(25_000, 'Time to finish open requests after SIGTERM'),
  })
  .refine(({ MAX_CONNECTIONS, MAX_CONCURRENT_WAITS }) => MAX_CONNECTIONS > MAX_CONCURRENT_WAITS, {
    path: ['MAX_CONNECTIONS'],
    message: 'must exceed MAX_CONCURRENT_WAITS, or held replies take every connection. Raise it, or lower MAX_CONCURRENT_WAITS',
  });

export type IntakeConfig = z.infer<typeof intakeConfig>;
