import { Cluster, Redis } from 'ioredis';
import type { ClusterOptions } from 'ioredis';
import type { Options } from './redis-url.js';
import { readRedisUrl } from './redis-url.js';

/** Redis: one server, the primary that Sentinels name, or a Cluster. */
export type Connection = Redis | Cluster;

/** Hears of lost connections, which mend themselves. */
export type OnError = (error: Error) => void;

/**
 * For whoever must not hang: commands fail within about a second while Redis is away, and within 2 s when it is there but dead.
 * A failed command may still have been carried out.
 */
export const failFastConnection = (url: string, onError: OnError): Connection =>
  open(url, onError, {
    commands: { maxRetriesPerRequest: 1, commandTimeout: 2_000, socketTimeout: 3_000 },
    // Nothing bounds the wait in a Cluster's own queue of commands; five redirections are a second.
    cluster: { enableOfflineQueue: false, maxRedirections: 5, retryDelayOnFailover: 200, retryDelayOnClusterDown: 200 },
  });

/** For workers, whose blocking commands outlive any outage. BullMQ's own delays grow to 20 s, and so would the wait after an outage. */
export const blockingConnection = (url: string, onError: OnError): Connection =>
  open(url, onError, {
    // Longer than BullMQ waits for a bell, which is 10 s.
    commands: { maxRetriesPerRequest: null, socketTimeout: 15_000 },
    cluster: { maxRedirections: Infinity, retryDelayOnFailover: 500, retryDelayOnClusterDown: 500 },
  });

interface ConnectionLimits {
  /**
   * `socketTimeout` is what leaves a primary that was paused or cut off: it hangs up where an answer is owed and nothing comes, and the Sentinels are asked
   * anew. ioredis' `failoverDetector` must not do it: told of the new primary while it is asking for it, it ends the connection for good.
   */
  commands: Options;
  cluster: ClusterOptions;
}

const open = (url: string, onError: OnError, { commands, cluster: limits }: ConnectionLimits): Connection => {
  const { options, cluster } = readRedisUrl(url);
  // A host that swallows packets holds nobody up longer than one that is dead.
  const redisOptions: Options = { ...options, ...commands, connectTimeout: 2_000 };
  const connection = cluster ? new Cluster(cluster, { ...clusterOptions, ...limits, redisOptions }) : new Redis({ ...failover, ...redisOptions, retryStrategy: delay });
  connection.on('error', onError);
  // A Cluster goes on without one of its nodes, and says so here only.
  if (cluster) connection.on('node error', onError);
  return connection;
};

const delay = (times: number): number => Math.min(2_000, 50 * 2 ** Math.min(times, 6));

/** Means something to Sentinels only. */
const failover: Options = {
  sentinelRetryStrategy: delay,
  sentinelCommandTimeout: 2_000,
  // One that was demoted while we were connected: look for the new one and send the command again.
  reconnectOnError: ({ message }) => (message.startsWith('READONLY') ? 2 : false),
};

const clusterOptions: ClusterOptions = {
  clusterRetryStrategy: delay,
  // While it is checked a Cluster is in a state that BullMQ takes for ready, and its greeting fails.
  enableReadyCheck: false,
  // A node that is paused sends nobody elsewhere; the others tell who has taken its place.
  slotsRefreshInterval: 5_000,
  // Certificates are made out to names, which an address would not match.
  dnsLookup: (host, found) => found(null, host),
};
