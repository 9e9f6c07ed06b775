import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@crossroads/testkit';
import type { RedisServer } from './redis-server.js';
import { startRedis } from './redis-server.js';

export interface WatchedRedis {
  url: string;
  /** Returns the server that the Sentinels name now. */
  primary(): Promise<RedisServer>;
  /** Returns the other server. */
  replica(): Promise<RedisServer>;
  /** In the order of the URL, in which clients query them. */
  sentinels: [RedisServer, RedisServer, RedisServer];
  stop(): Promise<void>;
}

/** Milliseconds without a reply after which a Sentinel considers the primary down. */
const downAfterMs = 800;

/** Starts a primary with a replica, and three Sentinels that monitor them. */
export const startWatched = async (): Promise<WatchedRedis> => {
  const first = await startRedis(['--repl-diskless-sync-delay', '0']);
  const second = await startRedis(['--replicaof', `127.0.0.1 ${first.port}`, '--repl-diskless-sync-delay', '0']);
  await eventually(async () => (await second.ask('INFO replication')).includes('master_link_status:up'));
  const folder = await mkdtemp(join(tmpdir(), 'crossroads-sentinel-'));
  const sentinels = (await Promise.all(
    [1, 2, 3].map(async (number) => {
      const file = join(folder, `${number}.conf`);
      await writeFile(file, `sentinel monitor crossroads 127.0.0.1 ${first.port} 2\nsentinel down-after-milliseconds crossroads ${downAfterMs}\nsentinel failover-timeout crossroads 2000\n`);
      return startRedis([file, '--sentinel']);
    }),
  )) as [RedisServer, RedisServer, RedisServer];
  for (const sentinel of sentinels) {
    await eventually(async () => {
      const master = await sentinel.ask('SENTINEL MASTER crossroads');
      return /num-slaves\r\n\$1\r\n1/.test(master) && /num-other-sentinels\r\n\$1\r\n2/.test(master);
    });
  }
  const isPrimary = async ({ port }: RedisServer): Promise<boolean> => (await sentinels[0]!.ask('SENTINEL GET-MASTER-ADDR-BY-NAME crossroads')).includes(String(port));
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/crossroads`,
    primary: async () => ((await isPrimary(first)) ? first : second),
    replica: async () => ((await isPrimary(first)) ? second : first),
    sentinels,
    async stop() {
      await Promise.all([...sentinels, first, second].map((server) => server.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
};
