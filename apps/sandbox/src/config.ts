import { settings } from '@crossroads/platform';
import { z } from 'zod';

/** Settings of the sandbox. */
export const sandboxConfig = z.object({
  MONGODB_URI: settings.mongodbUri.optional().describe('MongoDB to use instead of starting one.'),
  REDIS_URL: settings.redisUrl.optional().describe('Redis to use instead of starting one.'),
  INTAKE_PORT: settings.port(8080, 'Port the intake listens on.'),
  OPS_PORT: settings.port(8081, 'Port the operators’ pages listen on.'),
  DESTINATION_PORT: settings.port(8082, 'Port the simulated destination listens on.'),
  SANDBOX_DATA: z.string().default('.data').describe('Folder for everything the sandbox keeps.'),
  SANDBOX_CACHE: z.string().default('.cache').describe('Folder for packages the sandbox fetched.'),
  SANDBOX_WORKERS: settings.count(2, 'Workers to start.'),
  DISPATCH_ATTEMPTS: settings.count(4, 'Attempts to reach a destination; few, so that a failure can be watched.'),
  DISPATCH_FIRST_DELAY_MS: settings.ms(1_000, 'Rest before the second attempt; each further one is four times as long'),
});

export type SandboxConfig = z.infer<typeof sandboxConfig>;
