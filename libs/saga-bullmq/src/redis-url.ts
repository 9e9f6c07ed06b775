import type { RedisOptions } from 'ioredis';

export type Options = RedisOptions & { replyMapping?: 'legacy' };

export interface Address {
  host: string;
  port: number;
}

/** The contents of REDIS_URL: connection options and, for a Cluster, its first nodes. */
export interface RedisAddress {
  options: Options;
  cluster?: Address[];
}

const forms = [
  'redis://user:password@host:6379/0',
  'unix:///path/to.sock',
  'redis+sentinel://user:password@host:26379,host:26379/name of the primary/0',
  'redis+cluster://user:password@host:7000,host:7000',
];

/** The allowed forms of REDIS_URL, for the error of a setting. */
export const redisUrlForms = `Use ${forms.join(' or ')}. Write rediss instead of redis for TLS`;

const invalidUrl = (why: string): Error => new Error(`REDIS_URL ${why}. ${redisUrlForms}.`);

/** Returns whether REDIS_URL can be read. A process checks it with its other settings, before it opens anything. */
export const isRedisUrl = (url: string): boolean => {
  try {
    readRedisUrl(url);
    return true;
  } catch {
    return false;
  }
};

/** Parses REDIS_URL. Throws an error that names the allowed forms, but never the URL, since it contains a password. */
export const readRedisUrl = (url: string): RedisAddress => {
  const multiple = /^redis(?<tls>s?)\+(?<kind>cluster|sentinel):\/\/(?:(?<user>[^@/]*)@)?(?<hosts>[^@/?#]*)(?<rest>.*)$/.exec(url)?.groups;
  if (!multiple) return { options: serverOptions(parse(url)) };
  const { tls, kind, user, hosts, rest } = multiple as Record<'tls' | 'kind' | 'user' | 'hosts' | 'rest', string>;
  const common = parse(`redis://${user ? `${user}@` : ''}host${rest}`);
  return kind === 'cluster' ? clusterAddress(addresses(hosts, 6379), common, tls !== '') : { options: sentinelOptions(addresses(hosts, 26_379), common, tls !== '') };
};

const serverOptions = (url: URL): Options => {
  const { protocol, hostname, port, pathname } = url;
  if (protocol === 'unix:') return { path: decodeURIComponent(pathname), ...credentials(url) };
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw invalidUrl(`begins with ${protocol}//, which is not supported`);
  return { host: hostname, port: Number(port || 6379), db: database(pathname.slice(1)), ...credentials(url), ...(protocol === 'rediss:' && { tls: {} }) };
};

const clusterAddress = (cluster: Address[], common: URL, tls: boolean): RedisAddress => {
  if (common.pathname.length > 1) throw invalidUrl('names a database, and a Cluster has none');
  return { cluster, options: { ...credentials(common), ...(tls && { tls: {} }) } };
};

/** Returns the options for Sentinels. Credentials of the Sentinels themselves are `?sentinel_username=…&sentinel_password=…`. */
const sentinelOptions = (sentinels: Address[], common: URL, tls: boolean): Options => {
  const [, name, db] = common.pathname.split('/');
  if (!name) throw invalidUrl('names Sentinels but not the primary they watch');
  const sentinelUsername = common.searchParams.get('sentinel_username');
  const sentinelPassword = common.searchParams.get('sentinel_password');
  return {
    sentinels,
    name: decodeURIComponent(name),
    db: database(db),
    ...credentials(common),
    ...(sentinelUsername && { sentinelUsername }),
    ...(sentinelPassword && { sentinelPassword }),
    ...(tls && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
  };
};

const addresses = (hosts: string, defaultPort: number): Address[] =>
  hosts.split(',').map((text) => {
    const { hostname, port } = parse(`redis://${text}`);
    if (!hostname) throw invalidUrl('has an empty host between its commas');
    return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || defaultPort) };
  });

const credentials = ({ username, password }: URL): Options => ({
  ...(username && { username: decodeURIComponent(username) }),
  ...(password && { password: decodeURIComponent(password) }),
});

const database = (text = ''): number => {
  if (!/^\d*$/.test(text)) throw invalidUrl('names a database that is not a number');
  return Number(text);
};

const parse = (url: string): URL => {
  if (!URL.canParse(url)) throw invalidUrl('cannot be parsed');
  return new URL(url);
};
