import { z } from 'zod';

/** The settings of one app: each with a type, a default where one is right for everybody, and a sentence for .env.example. */
export type ConfigSchema = z.ZodObject<Record<string, z.ZodType>>;

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads settings from the environment. Pure. Throws one ConfigError that lists every mistake; an empty value counts as not given. */
export const readConfig = <S extends ConfigSchema>(schema: S, env: Record<string, string | undefined>): z.infer<S> => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const mistakes = read.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new ConfigError(`The settings are not right:\n${mistakes.join('\n')}\nEvery setting is described in .env.example.`);
};

const port = z.coerce.number().int().min(0).max(65_535);

const queuePart = z.string().regex(/^[A-Za-z0-9._-]+$/, 'may have letters, digits, dots, dashes and underscores only');

/** Settings that several apps share, so that they cannot drift apart. */
export const settings = {
  mongodbUri: z.string().regex(/^mongodb(\+srv)?:\/\//, 'must begin with mongodb:// or mongodb+srv://').describe('MongoDB, which holds the truth.'),
  redisUrl: z
    .string()
    .regex(/^(rediss?(\+cluster|\+sentinel)?|unix):\/\//, 'must begin with redis://, redis+sentinel://, redis+cluster:// (rediss with TLS) or unix://')
    .describe('Redis, which only rings the bell: redis://host, redis+sentinel://host,host/name of the primary, redis+cluster://host,host; rediss with TLS. See docs/scaling.md.'),
  queueName: queuePart.default('sagas').describe('Name of the queue, the same for intake, workers and operators’ pages.'),
  queuePrefix: queuePart.default('crossroads').describe('Begins every key in Redis. Two installations on one Redis need two, or the workers of one complete the jobs of the other.'),
  logLevel: z.enum(['error', 'warn', 'info', 'debug']).default('info').describe('Least severe log line to print.'),
  host: z.string().default('127.0.0.1').describe('Address to listen on. In a container: 0.0.0.0.'),
  metricsPort: port.default(0).describe('Port for the probes and /metrics, which are not for callers. 0 takes any free one; the log says which.'),
  otlpEndpoint: z.url().optional().describe('Where traces go, by OTLP over HTTP, such as http://127.0.0.1:4318. Left out: there are none, and they cost nothing.'),
  port: (value: number, what: string) => port.default(value).describe(what),
  ms: (value: number, what: string) => z.coerce.number().int().positive().default(value).describe(`${what}, in milliseconds.`),
  count: (value: number, what: string) => z.coerce.number().int().positive().default(value).describe(what),
};
