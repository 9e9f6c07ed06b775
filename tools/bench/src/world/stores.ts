import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { inRepository, ownEnvironment } from './child.js';

export interface Stores {
  redisUrl: string;
  redisPid: number;
  mongodbPid: number;
  /** Address of one database of the engine. */
  database(name: string): string;
  end(): Promise<void>;
}

/** A real Redis and a real MongoDB engine, in processes and a folder of their own. */
export const startStores = async (dataDir: string): Promise<Stores> => {
  const child = spawn(process.execPath, [inRepository('apps/sandbox/dist/stores/main.js'), '--data', dataDir], {
    env: ownEnvironment(),
    stdio: ['pipe', 'pipe', 'inherit'],
    // Ctrl-C would otherwise end the stores before those that use them.
    detached: true,
  });
  const gone = once(child, 'exit');
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => reject(new Error('The stores did not start. What they said stands above.')));
  });
  const { redis_url, mongodb_uri, redis_pid, mongodb_pid } = JSON.parse(line) as {
    redis_url: string;
    mongodb_uri: string;
    redis_pid: number;
    mongodb_pid: number;
  };
  return {
    redisUrl: redis_url,
    redisPid: redis_pid,
    mongodbPid: mongodb_pid,
    database(name) {
      const uri = new URL(mongodb_uri);
      uri.pathname = `/${name}`;
      return uri.href;
    },
    async end() {
      child.stdin.end();
      await gone;
    },
  };
};
