import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '@crossroads/store';
import { openStore } from '@crossroads/store';
import type { SandboxConfig } from './config.js';
import type { Face } from './face.js';
import { faceOf, writeFace } from './face.js';
import { secretsIn } from './seed/secrets.js';
import { seed, webhookSecretVariable } from './seed/seed.js';
import { destinationService, intakeService, opsService, workerService } from './services.js';
import { mongodbService } from './stores/mongodb-service.js';
import { redisService } from './stores/redis-service.js';
import type { StoreService } from './stores/store-service.js';
import { createSupervisor } from './supervisor/supervisor.js';

export interface SandboxOptions {
  config: SandboxConfig;
  /** Told what happens, a line at a time. */
  say(line: string): void;
  /** Gives up what is still starting. */
  signal: AbortSignal;
  /** What every child inherits. */
  env: NodeJS.ProcessEnv;
}

export interface Sandbox {
  face: Face;
  /** For looking at orders beside the apps. */
  store: Store;
  /** Writes `sandbox.json`, and again whenever a process is replaced. */
  show(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts all of it on this machine: stores, sample data, simulated destination, intake, workers, ops. */
export const openSandbox = async ({ config, say, signal, env }: SandboxOptions): Promise<Sandbox> => {
  const dataDir = config.SANDBOX_DATA;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const output = createWriteStream(join(dataDir, 'sandbox.log'), { flags: 'a', mode: 0o600 });
  const probes: Record<string, string> = {};
  let shown = false;
  let writing = Promise.resolve();

  const supervisor = createSupervisor({
    env,
    stopWithinMs: 10_000,
    onOutput: (name, line) => {
      output.write(`${name} ${line}\n`);
      // Apps take any free port for their probes and say which once they are up.
      const [, url] = /"probes":"([^"]+)"/.exec(line) ?? [];
      if (url === undefined) return;
      probes[name] = url;
      if (shown) void show();
    },
    onEvent: (event) => {
      if (signal.aborted) return;
      if (event.type === 'exited') say(`${event.name} ended (${event.signal ?? event.code}); starting it again`);
      if (shown) void show();
    },
  });
  const stopEarly = (): void => void supervisor.stopAll();
  signal.addEventListener('abort', stopEarly);

  const start = async (service: StoreService): Promise<string> => {
    await supervisor.start(service);
    return service.url;
  };
  const stores = { dataDir, cacheDir: config.SANDBOX_CACHE, signal };
  const [redisUrl, mongodbUri] = await Promise.all([
    config.REDIS_URL ?? redisService(stores).then(start),
    config.MONGODB_URI ?? mongodbService(stores).then(start),
  ]);

  const secrets = await secretsIn(dataDir);
  const destinationUrl = `http://127.0.0.1:${config.DESTINATION_PORT}`;
  const store = openStore({ uri: mongodbUri, operationTimeoutMs: 5_000 });
  await store.connected;
  await seed(store, secrets, destinationUrl);

  const settings = {
    mongodbUri,
    redisUrl,
    intakePort: config.INTAKE_PORT,
    opsPort: config.OPS_PORT,
    destinationPort: config.DESTINATION_PORT,
    env: {
      TOKEN_SECRET: secrets.token_secret,
      [webhookSecretVariable]: secrets.webhook_secret,
      DESTINATION_PRIVATE_HOSTS: '127.0.0.1',
      DISPATCH_ATTEMPTS: String(config.DISPATCH_ATTEMPTS),
      DISPATCH_FIRST_DELAY_MS: String(config.DISPATCH_FIRST_DELAY_MS),
    },
  };
  const workers = Array.from({ length: config.SANDBOX_WORKERS }, (_, index) => workerService(index + 1, settings));
  await Promise.all([destinationService(config.DESTINATION_PORT), intakeService(settings), opsService(settings), ...workers].map((service) => supervisor.start(service)));

  const places = {
    intake_url: `http://127.0.0.1:${config.INTAKE_PORT}`,
    ops_url: `http://127.0.0.1:${config.OPS_PORT}`,
    destination_url: destinationUrl,
    mongodb_uri: mongodbUri,
    redis_url: redisUrl,
  };
  // One after the other: several processes may be replaced at once, and the last word must stand.
  const show = (): Promise<void> => {
    shown = true;
    writing = writing.then(() => writeFace(dataDir, faceOf(places, secrets, supervisor.pids(), probes)));
    return writing;
  };
  return {
    face: faceOf(places, secrets, supervisor.pids(), probes),
    store,
    show,
    async stop() {
      shown = false;
      await writing;
      await store.close();
      await supervisor.stopAll();
      output.end();
    },
  };
};
