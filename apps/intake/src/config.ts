import { settings } from '@crossroads/runtime';
import { z } from 'zod';

/** Settings of the intake. */
export const intakeConfig = z.object({
  MONGODB_URI: settings.mongodbUri,
  REDIS_URL: settings.redisUrl,
  INTAKE_PORT: settings.port(8080, 'Port the intake listens on.'),
  HOST: settings.host,
  TOKEN_SECRET: z.string().min(32, 'must have 32 characters or more').describe('Signs the access tokens of /auth/token. Any long random text; the same for every intake.'),
  LOG_LEVEL: settings.logLevel,
  SHUTDOWN_DEADLINE_MS: settings.ms(25_000, 'Time to finish what is in hand after SIGTERM'),
});

export type IntakeConfig = z.infer<typeof intakeConfig>;
