import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';

type Options = RedisOptions & { replyMapping?: 'legacy' };

/** `redis://`, `rediss://` with host, port, user, password and database, or `unix:///path/to.sock`. */
export const connectionOptions = (url: string): Options => {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const credentials = {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  };
  if (protocol === 'unix:') return { path: decodeURIComponent(pathname), ...credentials };
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw new Error(`REDIS_URL must begin with redis://, rediss:// or unix://, not ${protocol}`);
  const db = Number(pathname.slice(1) || 0);
  return { host: hostname, port: Number(port || 6379), db, ...credentials, ...(protocol === 'rediss:' && { tls: {} }) };
};

/**
 * For whoever must not hang: commands fail within half a second while Redis is away, and within 2 s when it is there but dead.
 * A failed command may still have been carried out.
 */
export const impatient = (url: string): Redis =>
  new Redis({ ...connectionOptions(url), maxRetriesPerRequest: 1, commandTimeout: 2_000, connectTimeout: 2_000, retryStrategy });

/** For workers, whose blocking commands outlive any outage. BullMQ's own delays grow to 20 s, and so would the wait after an outage. */
export const patient = (url: string): Redis => new Redis({ ...connectionOptions(url), maxRetriesPerRequest: null, retryStrategy });

const retryStrategy = (times: number): number => Math.min(2_000, 50 * 2 ** Math.min(times, 6));
