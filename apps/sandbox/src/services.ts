import { fileURLToPath } from 'node:url';
import type { Service } from './supervisor/child.js';

const compiled = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const endWithParent = new URL('../dist/end-with-parent.js', import.meta.url).href;

const exe = process.execPath;

/** Describes one of the apps as a child process. */
const app = (name: string, entry: string, env: Record<string, string>, ready: Service['ready'], args: string[] = []): Service => ({
  name,
  command: exe,
  args: ['--enable-source-maps', '--import', endWithParent, compiled(entry), ...args],
  env,
  ready,
});

export interface AppSettings {
  mongodbUri: string;
  redisUrl: string;
  intakePort: number;
  opsPort: number;
  destinationPort: number;
  env: Record<string, string>;
}

export const destinationService = (port: number): Service =>
  app('destination', 'sandbox/dist/destination/main.js', {}, untilOk(`http://127.0.0.1:${port}/received`), [String(port)]);

export const intakeService = ({ mongodbUri, redisUrl, intakePort, env }: AppSettings): Service =>
  app(
    'intake',
    'intake/dist/main.js',
    { ...env, MONGODB_URI: mongodbUri, REDIS_URL: redisUrl, INTAKE_PORT: String(intakePort) },
    untilOk(`http://127.0.0.1:${intakePort}/readyz`),
  );

export const opsService = ({ mongodbUri, redisUrl, opsPort, env }: AppSettings): Service =>
  app('ops', 'ops/dist/main.js', { ...env, MONGODB_URI: mongodbUri, REDIS_URL: redisUrl, OPS_PORT: String(opsPort) }, untilOk(`http://127.0.0.1:${opsPort}/login`));

export const workerService = (number: number, { mongodbUri, redisUrl, env }: AppSettings): Service =>
  app(`worker-${number}`, 'worker/dist/main.js', { ...env, MONGODB_URI: mongodbUri, REDIS_URL: redisUrl }, async () => {});

/** Resolves once a GET has a 2xx response. */
const untilOk =
  (url: string): Service['ready'] =>
  async (over) => {
    for (;;) {
      over.throwIfAborted();
      const ok = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
        (response) => response.ok,
        () => false,
      );
      if (ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
