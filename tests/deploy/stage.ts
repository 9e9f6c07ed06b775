import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Store } from '@crossroads/store';
import { openStore } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import type { Secrets } from '../../apps/sandbox/src/seed/secrets.js';
import { secretsIn } from '../../apps/sandbox/src/seed/secrets.js';
import { seed, webhookSecretVariable } from '../../apps/sandbox/src/seed/seed.js';
import { mongodbService } from '../../apps/sandbox/src/stores/mongodb-service.js';
import { redisService } from '../../apps/sandbox/src/stores/redis-service.js';
import { createSupervisor } from '../../apps/sandbox/src/supervisor/supervisor.js';

export type AppName = 'intake' | 'worker' | 'ops';

/** An app process as a container runtime sees it. */
export interface Spawned {
  pid: number;
  signal(signal: NodeJS.Signals): void;
  ended: Promise<{ code: number | null; by: NodeJS.Signals | null }>;
  output(): string;
}

/** One that is up. */
export interface AppProcess extends Spawned {
  /** URL of its probes; for intake and ops also of its API. */
  probes: string;
  url: string;
}

/** Separate stores that can fail, a destination that can hang, and app processes. */
export interface Stage {
  store: Store;
  secrets: Secrets;
  spawn(app: AppName, env?: Record<string, string>): Spawned;
  /** Starts an app and waits until it listens. */
  start(app: AppName, env?: Record<string, string>): Promise<AppProcess>;
  /** Idempotency keys of the requests that the destination received. */
  sent(): string[];
  /** Makes the destination hang until the returned function is called. */
  holdDestination(): () => void;
  /** Stops Redis until the returned function is called. */
  takeRedisAway(): Promise<() => Promise<void>>;
  /** Pauses MongoDB until the returned function is called. */
  pauseMongodb(): () => void;
  close(): Promise<void>;
}

export const openStage = async (): Promise<Stage> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'crossroads-stage-'));
  const supervisor = createSupervisor();
  const cacheDir = process.env['SANDBOX_CACHE'] ?? join(__dirname, '../../.cache');
  const [redis, mongodb] = await Promise.all([redisService({ dataDir, cacheDir }), mongodbService({ dataDir, cacheDir })]);
  let redisMayStart = Promise.resolve();
  const gated = {
    ...redis,
    beforeStart: async () => {
      await redisMayStart;
      await redis.beforeStart?.();
    },
  };
  await Promise.all([supervisor.start(gated), supervisor.start(mongodb)]);
  const secrets = await secretsIn(dataDir);
  const destination = await openDestination();
  const store = openStore({ uri: mongodb.url, operationTimeoutMs: 10_000 });
  await store.connected;
  await seed(store, secrets, destination.url);
  const apps: Spawned[] = [];

  const spawnHere: Stage['spawn'] = (app, env = {}) => {
    const spawned = spawnApp(app, {
      MONGODB_URI: mongodb.url,
      REDIS_URL: redis.url,
      TOKEN_SECRET: secrets.token_secret,
      [webhookSecretVariable]: secrets.webhook_secret,
      DESTINATION_PRIVATE_HOSTS: '127.0.0.1',
      INTAKE_PORT: '0',
      OPS_PORT: '0',
      SWEEP_INTERVAL_MS: '300',
      ...env,
    });
    apps.push(spawned);
    return spawned;
  };

  return {
    store,
    secrets,
    spawn: spawnHere,
    start: (app, env) => listening(spawnHere(app, env)),
    sent: destination.sent,
    holdDestination: destination.hold,
    async takeRedisAway() {
      let open = (): void => undefined;
      redisMayStart = new Promise((resolve) => (open = resolve));
      process.kill(supervisor.pid('redis')!, 'SIGKILL');
      await eventually(() => supervisor.pid('redis') === undefined);
      return async () => {
        open();
        await eventually(() => supervisor.pid('redis') !== undefined);
      };
    },
    pauseMongodb() {
      const pid = supervisor.pid('mongodb')!;
      process.kill(pid, 'SIGSTOP');
      return () => void process.kill(pid, 'SIGCONT');
    },
    async close() {
      for (const app of apps) app.signal('SIGKILL');
      await Promise.all(apps.map(({ ended }) => ended));
      await store.close();
      await destination.close();
      await supervisor.stopAll();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** Runs the image's command on this machine. Node is started directly, so that signals reach the app and not a shell. */
export const spawnApp = (app: AppName, env: Record<string, string>): Spawned => {
  const child = spawn(process.execPath, [`apps/${app}/dist/main.js`], { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', (line) => lines.push(line));
  return {
    pid: child.pid!,
    signal: (signal) => void child.kill(signal),
    ended: once(child, 'exit').then(([code, by]) => ({ code: code as number | null, by: by as NodeJS.Signals | null })),
    output: () => lines.join('\n'),
  };
};

/** Waits until the process listens. Reads its URLs from its log. */
export const listening = async (spawned: Spawned): Promise<AppProcess> => {
  const line = await Promise.race([
    eventually(() => spawned.output().split('\n').find((each) => each.includes('"probes":')), 60_000),
    spawned.ended.then(() => Promise.reject(new Error(`It ended:\n${spawned.output()}`))),
  ]);
  const { url = '', probes } = JSON.parse(line) as { url?: string; probes: string };
  return { ...spawned, url, probes };
};

const openDestination = async () => {
  const sent: string[] = [];
  let held: ServerResponse[] | undefined;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      sent.push(String(request.headers['idempotency-key']));
      if (held) held.push(response);
      else response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => [...sent],
    hold: () => {
      const waiting: ServerResponse[] = [];
      held = waiting;
      return () => {
        held = undefined;
        for (const response of waiting) response.end('{}');
      };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
