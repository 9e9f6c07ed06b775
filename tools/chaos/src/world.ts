import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Store } from '@crossroads/store';
import { openStore } from '@crossroads/store';
import type { MongodbProxy } from '@crossroads/testkit/mongodb-proxy';
import { openMongodbProxy } from '@crossroads/testkit/mongodb-proxy';
import { createSupervisor, freePorts, intakeService, makeSocketFolder, mongodbService, redisService, secretsIn, seed, webhookSecretVariable, workerService } from '@crossroads/sandbox';
import type { Secrets, Service } from '@crossroads/sandbox';
import { crashFolderVariable, openCrashFolder } from './crash-order.js';
import type { FaultWindow, History } from './history.js';
import { newHistory } from './history.js';
import type { TcpProxy } from './tcp-proxy.js';
import { openTcpProxy } from './tcp-proxy.js';
import type { RecordingDestination } from './recording-destination.js';
import { openRecordingDestination } from './recording-destination.js';

/** A process that ended by SIGKILL, whoever sent it. Milliseconds since 1970. */
export interface Kill {
  name: string;
  at: number;
}

/** Everything a campaign works on: the processes under test, and what their surroundings saw of them. */
export interface World {
  dataDir: string;
  crashFolder: string;
  intakeUrl: string;
  mongodbUri: string;
  secrets: Secrets;
  store: Store;
  history: History;
  destination: RecordingDestination;
  workers: string[];
  /** What the parts reach the stores by: MongoDB seems to be a replica set. The campaign itself goes round them. */
  lines: Record<'workersToMongodb' | 'intakeToMongodb', MongodbProxy> & Record<'workersToRedis' | 'intakeToRedis', TcpProxy>;
  kills: Kill[];
  say(proxy: string): void;
  /** Sends a signal to a process by its service's name. False when it is down. */
  signal(name: string, signal: NodeJS.Signals): boolean;
  /** Keeps a service from starting again until `release`. */
  hold(name: string): void;
  release(name: string): void;
  up(name: string): boolean;
  /** Redis starts with nothing the next time. */
  wipeRedisAtNextStart(): void;
  /** One inline command, by a connection of its own. */
  redis(command: string): Promise<string>;
  /** Notes that a part is being made to fail until the answer is called. */
  window(part: FaultWindow['part']): () => void;
  stop(): Promise<void>;
}

export interface WorldOptions {
  dataDir: string;
  cacheDir: string;
  workers: number;
  say(proxy: string): void;
  signal: AbortSignal;
}

/** Settings of the workers that keep a campaign short: many attempts with short rests. Lease and sweep are what they are. */
const shortDelays = { DISPATCH_ATTEMPTS: '200', DISPATCH_FIRST_DELAY_MS: '300', DISPATCH_MAX_DELAY_MS: '3000', LOG_LEVEL: 'warn' };

const crashHere = new URL('./crash-here.js', import.meta.url).href;

/** Starts it all; whatever is running is ended again when something does not start, or `signal` aborts meanwhile. */
export const openWorld = async ({ dataDir, cacheDir, workers: count, say, signal }: WorldOptions): Promise<World> => {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const crashFolder = join(dataDir, 'crashes');
  openCrashFolder(crashFolder);
  const output = createWriteStream(join(dataDir, 'processes.log'), { flags: 'a', mode: 0o600 });
  const history = newHistory();
  const kills: Kill[] = [];
  const { REDIS_URL: _redis, MONGODB_URI: _mongodb, ...env } = process.env;
  const stopping = new AbortController();
  const supervisor = createSupervisor({
    env,
    stopWithinMs: 5_000,
    onOutput: (name, proxy) => output.write(`${new Date().toISOString()} ${name} ${proxy}\n`),
    onEvent: (event) => {
      output.write(`${new Date().toISOString()} ${event.name} ${event.type} ${event.pid}\n`);
      if (event.type === 'exited' && event.signal === 'SIGKILL' && !stopping.signal.aborted) kills.push({ name: event.name, at: Date.now() });
    },
  });
  const gates = new Map<string, { opened: Promise<void>; open(): void }>();
  let wipe = false;
  const gated = (service: Service, first: () => Promise<unknown> = async () => undefined): Service => ({
    ...service,
    async beforeStart() {
      await gates.get(service.name)?.opened;
      await first();
      await service.beforeStart?.();
    },
  });
  const destination = await openRecordingDestination(history);
  const opened: { close(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    if (stopping.signal.aborted) return supervisor.stopAll();
    stopping.abort();
    for (const gate of gates.values()) gate.open();
    for (const name of Object.keys(supervisor.pids())) send(supervisor.pid(name), 'SIGCONT');
    await supervisor.stopAll();
    await Promise.all([destination.close(), ...opened.map((proxy) => proxy.close())]);
    output.end();
  };
  signal.addEventListener('abort', () => void stop(), { once: true });
  try {
    const stores = { dataDir, cacheDir, signal };
    const [redis, mongodb] = await Promise.all([redisService(stores), mongodbService(stores)]);
    const emptied = async () => {
      if (wipe) await rm(join(dataDir, 'redis', 'appendonlydir'), { recursive: true, force: true });
      wipe = false;
    };
    await Promise.all([supervisor.start(gated(redis, emptied)), supervisor.start(gated(mongodb))]);
    const secrets = await secretsIn(dataDir);
    const store = openStore({ uri: mongodb.url, operationTimeoutMs: 5_000 });
    await Promise.race([store.connected, whenAborted(signal)]);
    await seed(store, secrets, destination.url);

    const [intakePort] = await freePorts(1);
    const sockets = await makeSocketFolder(dataDir);
    const kept = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
      const made = await opening;
      opened.push(made);
      return made;
    };
    const toMongodb = () => kept(openMongodbProxy({ target: mongodb.url, replicaSet: 'campaign' }));
    const lines = {
      workersToMongodb: await toMongodb(),
      workersToRedis: await kept(openTcpProxy(redis.url, sockets, 'w-r')),
      intakeToMongodb: await toMongodb(),
      intakeToRedis: await kept(openTcpProxy(redis.url, sockets, 'i-r')),
    };
    const settings = {
      mongodbUri: lines.workersToMongodb.uri(),
      redisUrl: lines.workersToRedis.url,
      intakePort: intakePort!,
      opsPort: 0,
      destinationPort: 0,
      env: {
        ...shortDelays,
        TOKEN_SECRET: secrets.token_secret,
        [webhookSecretVariable]: secrets.webhook_secret,
        DESTINATION_PRIVATE_HOSTS: '127.0.0.1',
        POLLS_PER_MINUTE: '1000000',
        SUBMITS_PER_MINUTE: '1000000',
      },
    };
    const workers = Array.from({ length: count }, (_, index) => {
      const service = workerService(index + 1, settings);
      return { ...service, args: ['--import', crashHere, ...service.args], env: { ...service.env, [crashFolderVariable]: crashFolder } };
    });
    await Promise.all([intakeService({ ...settings, mongodbUri: lines.intakeToMongodb.uri(), redisUrl: lines.intakeToRedis.url }), ...workers].map((service) => supervisor.start(gated(service))));

    return {
      dataDir,
      crashFolder,
      intakeUrl: `http://127.0.0.1:${intakePort}`,
      mongodbUri: mongodb.url,
      secrets,
      store,
      history,
      destination,
      workers: workers.map(({ name }) => name),
      lines,
      kills,
      say,
      signal: (name, what) => send(supervisor.pid(name), what),
      hold(name) {
        let open = (): void => undefined;
        const opened = new Promise<void>((resolve) => (open = resolve));
        gates.set(name, { opened, open });
      },
      release(name) {
        gates.get(name)?.open();
        gates.delete(name);
      },
      up: (name) => supervisor.pid(name) !== undefined,
      wipeRedisAtNextStart: () => void (wipe = true),
      redis: (command) => inline(decodeURIComponent(new URL(redis.url).pathname), command),
      window(part) {
        const window = { part, from: Date.now(), to: Infinity };
        history.windows.push(window);
        return () => void (window.to = Date.now());
      },
      async stop() {
        await store.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** Rejects when the signal aborts, and else never comes back. */
export const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

const send = (pid: number | undefined, signal: NodeJS.Signals): boolean => {
  if (pid === undefined) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
};

const inline = (socketPath: string, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(socketPath, () => socket.write(`${command}\r\n`));
    socket.setTimeout(5_000, () => socket.destroy(new Error(`Redis did not answer ${command}`)));
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
  });
