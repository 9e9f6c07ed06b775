import { eventually } from '@crossroads/testkit';
import type { RedisServer } from './redis-server.js';
import { startRedis } from './redis-server.js';

export interface RedisCluster {
  url: string;
  nodes: RedisServer[];
  /** The node with the queue: all its keys have one hash tag, so they are on one node. */
  holder(): Promise<RedisServer>;
  stop(): Promise<void>;
}

const slots = 16_384;

/** Starts three primaries that share the slots. */
export const startCluster = async (): Promise<RedisCluster> => {
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--appendonly', 'yes'];
  const nodes = await Promise.all([0, 1, 2].map(() => startRedis(settings)));
  const share = Math.ceil(slots / nodes.length);
  await Promise.all(
    nodes.map(async (node, index) => {
      const own = Array.from({ length: Math.min(share, slots - index * share) }, (_, slot) => index * share + slot);
      await node.ask(`CLUSTER ADDSLOTS ${own.join(' ')}`);
      if (index > 0) await node.ask(`CLUSTER MEET 127.0.0.1 ${nodes[0]!.port}`);
    }),
  );
  for (const node of nodes) {
    await eventually(async () => {
      const info = await node.ask('CLUSTER INFO');
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`);
    });
  }
  return {
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    async holder() {
      const slot = Number((await nodes[0]!.ask('CLUSTER KEYSLOT {crossroads}')).slice(1));
      return nodes[Math.floor(slot / share)]!;
    },
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
};
