import { createWriteStream } from 'node:fs';

import { join } from 'node:path';
import { withStore } from '@crossroads/store';
import type { SandboxConfig } from './config.js';
import { openDataFolder } from './data-version.js';
import type { SandboxInfo } from './sandbox-info.js';
import { sandboxInfo, writeSandboxInfo } from './sandbox-info.js';
import { secretsIn } from './seed/secrets.js';
import { seed, webhookSecretVariable } from './seed/seed.js';
import { destinationService, intakeService, opsService, workerService } from './services.js';
import { mongodbService } from './stores/mongodb-service.js';
import { redisService } from './stores/redis-service.js';
import type { StoreService } from './stores/store-service.js';
import { createSupervisor } from './supervisor/supervisor.js';

export interface SandboxOptions {
  config: SandboxConfig;
  /** Prints one line of progress. */
  print(line: string): void;
  /** Stops whatever is still starting. */
  signal: AbortSignal;
  /** Environment of every child process. */
  env: NodeJS.ProcessEnv;
}

export interface Sandbox {
  info: SandboxInfo;
  /** Writes `sandbox.json` now and whenever a process is replaced. */
  show(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts everything on this machine: stores, sample data, simulated destination, intake, workers, ops.
 * Throws when the data folder was made by another version.
 */
export const openSandbox = async ({ config, print, signal, env }: SandboxOptions): Promise<Sandbox> => {
  const dataDir = config.SANDBOX_DATA;
  await openDataFolder(dataDir);
  const output = createWriteStream(join(dataDir, 'sandbox.log'), { flags: 'a', mode: 0o600 });
  const probes: Record<string, string> = {};
  let isShown = false;
  let writing = Promise.resolve();

  const supervisor = createSupervisor({
    env,
    stopWithinMs: 10_000,
    onOutput: (name, line) => {
      output.write(`${name} ${line}\n`);
      // Apps listen on any free port for their probes and log its URL.
      const [, url] = /"probes":"([^"]+)"/.exec(line) ?? [];
      if (url === undefined) return;
      probes[name] = url;
      if (isShown) void show();
    },
    onEvent: (event) => {
      if (signal.aborted) return;
      if (event.type === 'exited') print(`${event.name} ended (${event.signal ?? event.code}); restarting it`);
      if (isShown) void show();
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
  await withStore(mongodbUri, (store) => seed(store, secrets, destinationUrl));

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

  const urls = {
    intake_url: `http://127.0.0.1:${config.INTAKE_PORT}`,
    ops_url: `http://127.0.0.1:${config.OPS_PORT}`,
    destination_url: destinationUrl,
    mongodb_uri: mongodbUri,
    redis_url: redisUrl,
  };
  // Write one after the other: when several processes are replaced at once, the newest state must be written last.
  const show = (): Promise<void> => {
    isShown = true;
    writing = writing.then(() => writeSandboxInfo(dataDir, sandboxInfo(urls, secrets, supervisor.pids(), probes)));
    return writing;
  };
  return {
    info: sandboxInfo(urls, secrets, supervisor.pids(), probes),
    show,
    async stop() {
      isShown = false;
      await writing;
      await supervisor.stopAll();
      output.end();
    },
  };
};
