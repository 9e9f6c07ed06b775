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
import type { ClaimLog } from './claim-log.js';
import { recordClaims } from './claim-log.js';
import { crashFolderVariable, openCrashFolder } from './crash-instruction.js';
import type { FaultWindow, History } from './history.js';
import { newHistory } from './history.js';
import type { TcpProxy } from './tcp-proxy.js';
import { openTcpProxy } from './tcp-proxy.js';
import type { RecordingDestination } from './recording-destination.js';
import { openRecordingDestination } from './recording-destination.js';

/** A process that ended by SIGKILL, whatever sent the signal. Milliseconds since 1970. */
export interface Kill {
  name: string;
  at: number;
  /** Whether a fault sent the signal, or the process killed itself at a crash point. Several workers reach a crash point within a second. */
  by: 'signal' | 'crash-point';
}

/** The processes under test, and what client, writer, destination and proxies recorded about them. */
export interface Harness {
  dataDir: string;
  crashFolder: string;
  intakeUrl: string;
  mongodbUri: string;
  secrets: Secrets;
  store: Store;
  history: History;
  destination: RecordingDestination;
  workers: string[];
  /** Workers and intake reach the stores through these; MongoDB looks like a replica set. The campaign itself connects directly. */
  proxies: Record<'workersToMongodb' | 'intakeToMongodb', MongodbProxy> & Record<'workersToRedis' | 'intakeToRedis', TcpProxy>;
  kills: Kill[];
  claims: ClaimLog;
  /** Sends a signal to the process of a service. Returns false when the process is down. */
  sendSignal(name: string, signal: NodeJS.Signals): boolean;
  /** Prevents a restart of the service until `allowStart`. */
  preventStart(name: string): void;
  allowStart(name: string): void;
  isUp(name: string): boolean;
  /** Deletes the data of Redis before its next start. */
  wipeRedisAtNextStart(): void;
  /** Sends one inline command over its own connection and returns the raw reply. */
  runRedisCommand(command: string): Promise<string>;
  /** Records that a fault is active on a part, until the returned function is called. */
  openWindow(part: FaultWindow['part']): () => void;
  stop(): Promise<void>;
}

export interface HarnessOptions {
  dataDir: string;
  cacheDir: string;
  workers: number;
  signal: AbortSignal;
}

/** Worker settings that keep a campaign short: many attempts with short delays. Lease and sweep keep their defaults. */
const shortDelays = { DISPATCH_ATTEMPTS: '200', DISPATCH_FIRST_DELAY_MS: '300', DISPATCH_MAX_DELAY_MS: '3000', LOG_LEVEL: 'warn' };

const crashPreload = new URL('./crash-preload.js', import.meta.url).href;

/** Starts stores, intake and workers. When a start fails or `signal` aborts, it stops every process that is running and throws. */
export const openHarness = async ({ dataDir, cacheDir, workers: count, signal }: HarnessOptions): Promise<Harness> => {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const crashFolder = join(dataDir, 'crashes');
  openCrashFolder(crashFolder);
  const output = createWriteStream(join(dataDir, 'processes.log'), { flags: 'a', mode: 0o600 });
  const history = newHistory();
  const kills: Kill[] = [];
  /** Processes that a fault has killed and that have not exited yet. */
  const signaled = new Set<number>();
  const { REDIS_URL: _redis, MONGODB_URI: _mongodb, ...env } = process.env;
  const stopping = new AbortController();
  const supervisor = createSupervisor({
    env,
    stopWithinMs: 5_000,
    onOutput: (name, line) => output.write(`${new Date().toISOString()} ${name} ${line}\n`),
    onEvent: (event) => {
      output.write(`${new Date().toISOString()} ${event.name} ${event.type} ${event.pid}\n`);
      if (event.type === 'exited' && event.signal === 'SIGKILL' && !stopping.signal.aborted) kills.push({ name: event.name, at: Date.now(), by: signaled.delete(event.pid) ? 'signal' : 'crash-point' });
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
    const wipeIfRequested = async () => {
      if (wipe) await rm(join(dataDir, 'redis', 'appendonlydir'), { recursive: true, force: true });
      wipe = false;
    };
    await Promise.all([supervisor.start(gated(redis, wipeIfRequested)), supervisor.start(gated(mongodb))]);
    const secrets = await secretsIn(dataDir);
    const store = openStore({ uri: mongodb.url, operationTimeoutMs: 5_000 });
    await Promise.race([store.connected, whenAborted(signal)]);
    await seed(store, secrets, destination.url);

    const [intakePort] = await freePorts(1);
    const sockets = await makeSocketFolder(dataDir);
    const closedAtStop = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
      const proxy = await opening;
      opened.push(proxy);
      return proxy;
    };
    const toMongodb = () => closedAtStop(openMongodbProxy({ target: mongodb.url, replicaSet: 'campaign' }));
    const proxies = {
      workersToMongodb: await toMongodb(),
      workersToRedis: await closedAtStop(openTcpProxy(redis.url, sockets, 'w-r')),
      intakeToMongodb: await toMongodb(),
      intakeToRedis: await closedAtStop(openTcpProxy(redis.url, sockets, 'i-r')),
    };
    const claims = recordClaims(proxies.workersToMongodb);
    const settings = {
      mongodbUri: proxies.workersToMongodb.uri(),
      redisUrl: proxies.workersToRedis.url,
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
      const name = `worker-${index + 1}`;
      const service = workerService(index + 1, { ...settings, mongodbUri: `${settings.mongodbUri}&appName=${name}` });
      return { ...service, args: ['--import', crashPreload, ...service.args], env: { ...service.env, [crashFolderVariable]: crashFolder } };
    });
    await Promise.all([intakeService({ ...settings, mongodbUri: proxies.intakeToMongodb.uri(), redisUrl: proxies.intakeToRedis.url }), ...workers].map((service) => supervisor.start(gated(service))));

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
      proxies,
      kills,
      claims,
      sendSignal(name, signal) {
        const pid = supervisor.pid(name);
        if (pid !== undefined && signal === 'SIGKILL') signaled.add(pid);
        return send(pid, signal);
      },
      preventStart(name) {
        let open = (): void => undefined;
        const opened = new Promise<void>((resolve) => (open = resolve));
        gates.set(name, { opened, open });
      },
      allowStart(name) {
        gates.get(name)?.open();
        gates.delete(name);
      },
      isUp: (name) => supervisor.pid(name) !== undefined,
      wipeRedisAtNextStart: () => void (wipe = true),
      runRedisCommand: (command) => inline(decodeURIComponent(new URL(redis.url).pathname), command),
      openWindow(part) {
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

/** Rejects when the signal aborts; never resolves. */
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
    socket.setTimeout(5_000, () => socket.destroy(new Error(`Redis did not reply to ${command} within 5 s`)));
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
  });
