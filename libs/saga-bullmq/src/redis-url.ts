import type { RedisOptions } from 'ioredis';

export type Options = RedisOptions & { replyMapping?: 'legacy' };

export interface Address {
  host: string;
  port: number;
}

/** What REDIS_URL says: how to speak to Redis and, of a Cluster, whom to ask first. */
export interface RedisPlace {
  options: Options;
  cluster?: Address[];
}

const forms = [
  'redis://user:password@host:6379/0',
  'unix:///path/to.sock',
  'redis+sentinel://user:password@host:26379,host:26379/name of the primary/0',
  'redis+cluster://user:password@host:7000,host:7000',
];

const wrong = (why: string): Error => new Error(`REDIS_URL ${why}. It reads ${forms.join(' or ')}; rediss for redis encrypts.`);

/** Never names the URL itself in an error: it holds a password. */
export const readRedisUrl = (url: string): RedisPlace => {
  const several = /^redis(?<tls>s?)\+(?<kind>cluster|sentinel):\/\/(?:(?<user>[^@/]*)@)?(?<hosts>[^@/?#]*)(?<rest>.*)$/.exec(url)?.groups;
  if (!several) return { options: oneServer(parsed(url)) };
  const { tls, kind, user, hosts, rest } = several as Record<'tls' | 'kind' | 'user' | 'hosts' | 'rest', string>;
  const about = parsed(`redis://${user ? `${user}@` : ''}host${rest}`);
  return kind === 'cluster' ? clusterAt(addresses(hosts, 6379), about, tls !== '') : { options: behindSentinels(addresses(hosts, 26_379), about, tls !== '') };
};

const oneServer = (url: URL): Options => {
  const { protocol, hostname, port, pathname } = url;
  if (protocol === 'unix:') return { path: decodeURIComponent(pathname), ...credentials(url) };
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw wrong(`begins with ${protocol}//, which is none of its forms`);
  return { host: hostname, port: Number(port || 6379), db: database(pathname.slice(1)), ...credentials(url), ...(protocol === 'rediss:' && { tls: {} }) };
};

const clusterAt = (cluster: Address[], about: URL, tls: boolean): RedisPlace => {
  if (about.pathname.length > 1) throw wrong('names a database, and a Cluster has none');
  return { cluster, options: { ...credentials(about), ...(tls && { tls: {} }) } };
};

/** The Sentinels' own credentials, where they want any, are `?sentinel_username=…&sentinel_password=…`. */
const behindSentinels = (sentinels: Address[], about: URL, tls: boolean): Options => {
  const [, name, db] = about.pathname.split('/');
  if (!name) throw wrong('names Sentinels but not the primary they watch');
  const sentinelUsername = about.searchParams.get('sentinel_username');
  const sentinelPassword = about.searchParams.get('sentinel_password');
  return {
    sentinels,
    name: decodeURIComponent(name),
    db: database(db),
    ...credentials(about),
    ...(sentinelUsername && { sentinelUsername }),
    ...(sentinelPassword && { sentinelPassword }),
    ...(tls && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
  };
};

const addresses = (hosts: string, usualPort: number): Address[] =>
  hosts.split(',').map((text) => {
    const { hostname, port } = parsed(`redis://${text}`);
    if (!hostname) throw wrong('leaves out a host between its commas');
    return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || usualPort) };
  });

const credentials = ({ username, password }: URL): Options => ({
  ...(username && { username: decodeURIComponent(username) }),
  ...(password && { password: decodeURIComponent(password) }),
});

const database = (text = ''): number => {
  if (!/^\d*$/.test(text)) throw wrong('names a database that is no number');
  return Number(text);
};

const parsed = (url: string): URL => {
  if (!URL.canParse(url)) throw wrong('cannot be read');
  return new URL(url);
};
