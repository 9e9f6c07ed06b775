import { Cluster, Redis } from 'ioredis';
import type { ClusterOptions } from 'ioredis';
import type { Options } from './redis-url.js';
import { readRedisUrl } from './redis-url.js';

/** Redis: one server, the primary that Sentinels name, or a Cluster. */
export type Connection = Redis | Cluster;

/** The name and the key prefix of the queue in Redis. Two installations on one Redis need different ones: otherwise their workers complete each other's jobs. */
export interface QueueName {
  /** The queue's name on Bull Board. */
  name: string;
  /** The beginning of every key. */
  prefix: string;
}

export const defaultQueueName: QueueName = { name: 'sagas', prefix: 'crossroads' };

/** Returns the prefix in braces. They keep all keys of the queue on one node of a Redis Cluster; without them BullMQ's scripts fail there. */
export const keyPrefix = ({ prefix }: Pick<QueueName, 'prefix'>): string => `{${prefix}}`;

/** Called when a connection is lost. The connection is restored automatically. */
export type OnError = (error: Error) => void;

/**
 * Opens a connection whose commands fail within about a second while Redis is down, and within 2 s when it does not respond.
 * A failed command may still have taken effect.
 */
export const failFastConnection = (url: string, onError: OnError, options: Pick<Options, 'autoResubscribe'> = {}): Connection =>
  open(url, onError, {
    commands: { maxRetriesPerRequest: 1, commandTimeout: 2_000, socketTimeout: 3_000, ...options },
    // The offline queue of a Cluster has no time limit. Five redirections take about a second.
    cluster: { enableOfflineQueue: false, maxRedirections: 5, retryDelayOnFailover: 200, retryDelayOnClusterDown: 200 },
  });

/** Opens a connection for a worker: its blocking commands survive an outage of any length. With BullMQ's own delays, a worker could be idle for 20 s after an outage. */
export const blockingConnection = (url: string, onError: OnError): Connection =>
  open(url, onError, {
    // Longer than the 10 s for which BullMQ blocks while it waits for a job.
    commands: { maxRetriesPerRequest: null, socketTimeout: 15_000 },
    cluster: { maxRedirections: Infinity, retryDelayOnFailover: 500, retryDelayOnClusterDown: 500 },
  });

interface ConnectionLimits {
  /**
   * `socketTimeout` closes the connection to a paused or unreachable primary when a reply is overdue. Then the Sentinels name the new primary.
   * Keep ioredis' `failoverDetector` off. If it learns of the new primary during that lookup, it closes the connection permanently.
   */
  commands: Options;
  cluster: ClusterOptions;
}

const open = (url: string, onError: OnError, { commands, cluster: limits }: ConnectionLimits): Connection => {
  const { options, cluster } = readRedisUrl(url);
  // Limits the connect to a host that drops packets.
  const redisOptions: Options = { ...options, ...commands, connectTimeout: 2_000 };
  const connection = cluster ? new Cluster(cluster, { ...clusterOptions, ...limits, redisOptions }) : new Redis({ ...failover, ...redisOptions, retryStrategy: delay });
  connection.on('error', onError);
  // A Cluster continues without one of its nodes, and reports its loss only here.
  if (cluster) connection.on('node error', onError);
  return connection;
};

const delay = (times: number): number => Math.min(2_000, 50 * 2 ** Math.min(times, 6));

/** Used only with Sentinels. */
const failover: Options = {
  sentinelRetryStrategy: delay,
  sentinelCommandTimeout: 2_000,
  // READONLY: the primary was demoted while connected. Reconnect to the new one and send the command again.
  reconnectOnError: ({ message }) => (message.startsWith('READONLY') ? 2 : false),
};

const clusterOptions: ClusterOptions = {
  clusterRetryStrategy: delay,
  // During the ready check BullMQ takes the Cluster for ready, and its first commands fail.
  enableReadyCheck: false,
  // A paused node does not redirect its clients; the other nodes know its replacement.
  slotsRefreshInterval: 5_000,
  // Certificates contain host names; an IP address would not match.
  dnsLookup: (host, found) => found(null, host),
};
