import { isRedisUrl, redisUrlForms } from '@crossroads/saga-bullmq';
import { settings } from '@crossroads/platform';
import { z } from 'zod';

/** Settings of a worker. */
export const workerConfig = z
  .object({
    MONGODB_URI: settings.mongodbUri,
    REDIS_URL: settings.redisUrl.refine(isRedisUrl, redisUrlForms),
    QUEUE_NAME: settings.queueName,
    QUEUE_PREFIX: settings.queuePrefix,
    WORKER_PORT: settings.port(0, 'Port for the probes, /metrics and /internal/scaling. 0: any free port, for several workers on one host; the log shows it.'),
    HOST: settings.host,
    WORKER_CONCURRENCY: settings.count(100, 'Sagas one worker advances at once.'),
    DESTINATION_IN_FLIGHT: settings.count(64, 'Concurrent requests of one worker to one destination. Must be less than WORKER_CONCURRENCY, so that a destination that hangs cannot take every slot.'),
    SWEEP_INTERVAL_MS: settings.ms(10_000, 'How often a worker looks for due sagas without a job'),
    DISPATCH_ATTEMPTS: settings.count(8, 'Attempts to reach a destination before a saga stops and waits for an operator.'),
    DISPATCH_FIRST_DELAY_MS: settings.ms(30_000, 'Rest before the second attempt; each further one is four times as long'),
    DISPATCH_MAX_DELAY_MS: settings.ms(12 * 3_600_000, 'Longest rest between two attempts'),
    DESTINATION_PRIVATE_HOSTS: z
      .string()
      .default('')
      .transform((hosts) => hosts.split(',').map((host) => host.trim()).filter(Boolean))
      .describe('Comma-separated hosts in private networks that destinations may have. Empty in production: every private address is blocked.'),
    OTEL_EXPORTER_OTLP_ENDPOINT: settings.otlpEndpoint,
    OTEL_EXPORTER_OTLP_HEADERS: settings.otlpHeaders,
    LOG_LEVEL: settings.logLevel,
    SHUTDOWN_DEADLINE_MS: settings.ms(25_000, 'Time to finish active sagas after SIGTERM'),
  })
  .refine(({ DESTINATION_IN_FLIGHT, WORKER_CONCURRENCY }) => DESTINATION_IN_FLIGHT < WORKER_CONCURRENCY, {
    path: ['DESTINATION_IN_FLIGHT'],
    message: 'must be less than WORKER_CONCURRENCY, or a destination that hangs takes every slot. Lower it, or raise WORKER_CONCURRENCY',
  });

export type WorkerConfig = z.infer<typeof workerConfig>;
