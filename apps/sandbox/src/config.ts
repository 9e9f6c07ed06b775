import { settings } from '@crossroads/platform';
import { z } from 'zod';

/** Settings of the sandbox. */
export const sandboxConfig = z.object({
  MONGODB_URI: settings.mongodbUri.optional().describe('MongoDB to use. When unset, the sandbox starts one.'),
  REDIS_URL: settings.redisUrl.optional().describe('Redis to use. When unset, the sandbox starts one.'),
  INTAKE_PORT: settings.port(8080, 'Port of the intake.'),
  OPS_PORT: settings.port(8081, 'Port of the operators’ pages.'),
  DESTINATION_PORT: settings.port(8082, 'Port of the simulated destination.'),
  SANDBOX_DATA: z.string().default('.data').describe('Folder for all data of the sandbox.'),
  SANDBOX_CACHE: z.string().default('.cache').describe('Folder for downloaded packages.'),
  SANDBOX_WORKERS: settings.count(2, 'Number of workers.'),
  DISPATCH_ATTEMPTS: settings.count(4, 'Attempts to reach a destination. The default is low, so that a saga stops soon and can be observed.'),
  DISPATCH_FIRST_DELAY_MS: settings.ms(1_000, 'Delay before the second attempt. Each further delay is four times as long'),
});

export type SandboxConfig = z.infer<typeof sandboxConfig>;
