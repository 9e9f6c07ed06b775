import { z } from 'zod';

/** The settings of one app. Each has a type, a description for .env.example, and a default if one value suits every deployment. */
export type ConfigSchema = z.ZodObject<Record<string, z.ZodType>>;

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads settings from `env`. An empty value counts as absent. Throws one ConfigError that has a sentence for each wrong setting. */
export const readConfig = <S extends ConfigSchema>(schema: S, env: Record<string, string | undefined>): z.infer<S> => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const sentences = read.error.issues.map(({ path, message, code }) => {
    const name = path.join('.');
    const isMissing = code === 'invalid_type' && !(name in given);
    // The value is not printed: it may be a secret.
    return isMissing ? `${name} is missing. ${schema.shape[name]?.description ?? ''}`.trim() : `${name} is invalid: ${message}.`;
  });
  throw new ConfigError(`${sentences.join('\n')}\nThe file .env.example describes every setting.`);
};

/** Reads the settings of a process. If one is wrong, prints the sentences and exits with code 1: a stack would hide them. */
export const readConfigOrExit = <S extends ConfigSchema>(schema: S, { env, stderr, exit }: Pick<NodeJS.Process, 'env' | 'stderr' | 'exit'>): z.infer<S> => {
  try {
    return readConfig(schema, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    stderr.write(`${error.message}\n`);
    return exit(1);
  }
};

const port = z.coerce.number().int().min(0).max(65_535);

const queuePart = z.string().regex(/^[A-Za-z0-9._-]+$/, 'may contain only letters, digits, dots, dashes and underscores');

/** Settings of several apps, defined once so that they stay the same. */
export const settings = {
  mongodbUri: z.string().regex(/^mongodb(\+srv)?:\/\//, 'must begin with mongodb:// or mongodb+srv://').describe('MongoDB, the source of truth.'),
  redisUrl: z
    .string()
    .regex(/^(rediss?(\+cluster|\+sentinel)?|unix):\/\//, 'must begin with redis://, redis+sentinel://, redis+cluster:// (rediss with TLS) or unix://')
    .describe('Redis, which only carries wake-up jobs: redis://host, redis+sentinel://host,host/name of the primary, redis+cluster://host,host; rediss with TLS. See docs/scaling.md.'),
  queueName: queuePart.default('sagas').describe('Name of the queue, the same for intake, workers and operator pages.'),
  queuePrefix: queuePart.default('crossroads').describe('Prefix of every key in Redis. Two installations on one Redis need different prefixes. Otherwise the workers of one complete the jobs of the other.'),
  logLevel: z.enum(['error', 'warn', 'info', 'debug']).default('info').describe('Minimum level of the log lines to print.'),
  host: z.string().default('127.0.0.1').describe('Address to listen on. In a container: 0.0.0.0.'),
  trustedProxies: z.coerce.number().int().min(0).default(0).describe('Number of proxies in front of intake and operator pages whose X-Forwarded-For is trusted.'),
  metricsPort: port.default(0).describe('Port of the probes and /metrics, which are not for callers. 0: any free port; the log shows it.'),
  otlpEndpoint: z.url().optional().describe('Endpoint for traces, by OTLP over HTTP, such as http://127.0.0.1:4318. If omitted, tracing is off.'),
  otlpHeaders: z
    .string()
    .regex(/^[^\s=,]+=[^\s,]*(,[^\s=,]+=[^\s,]*)*$/, 'must be name=value pairs with commas between them')
    .optional()
    .describe('Headers of the requests to that endpoint, such as authorization=Bearer%20TOKEN: name=value pairs with commas between them, values URL-encoded. A secret. The OpenTelemetry exporter reads them.'),
  port: (value: number, what: string) => port.default(value).describe(what),
  ms: (value: number, what: string) => z.coerce.number().int().positive().default(value).describe(`${what}, in milliseconds.`),
  count: (value: number, what: string) => z.coerce.number().int().positive().default(value).describe(what),
};
