import { describe, expect, test } from '@jest/globals';
import { readRedisUrl } from './redis-url.js';

describe('REDIS_URL', () => {
  test('names one server by host or by socket', () => {
    expect(readRedisUrl('redis://localhost')).toEqual({ options: { host: 'localhost', port: 6379, db: 0 } });
    expect(readRedisUrl('rediss://queue:p%40ss@redis.internal:6380/3')).toEqual({
      options: { host: 'redis.internal', port: 6380, db: 3, username: 'queue', password: 'p@ss', tls: {} },
    });
    expect(readRedisUrl('unix:///run/redis/redis.sock')).toEqual({ options: { path: '/run/redis/redis.sock' } });
  });

  test('lists some nodes of a Cluster', () => {
    expect(readRedisUrl('redis+cluster://one:7000,two,[::1]:7002')).toEqual({
      cluster: [
        { host: 'one', port: 7000 },
        { host: 'two', port: 6379 },
        { host: '::1', port: 7002 },
      ],
      options: {},
    });
    expect(readRedisUrl('rediss+cluster://:p%40ss@one:7000').options).toEqual({ password: 'p@ss', tls: {} });
  });

  test('lists Sentinels and names their primary', () => {
    expect(readRedisUrl('redis+sentinel://queue:secret@s1,s2:26380/orders-primary/2').options).toEqual({
      sentinels: [
        { host: 's1', port: 26_379 },
        { host: 's2', port: 26_380 },
      ],
      name: 'orders-primary',
      db: 2,
      username: 'queue',
      password: 'secret',
    });
    expect(readRedisUrl('rediss+sentinel://s1/orders?sentinel_username=watch&sentinel_password=p%26q').options).toMatchObject({
      sentinelUsername: 'watch',
      sentinelPassword: 'p&q',
      tls: {},
      sentinelTLS: {},
      enableTLSForSentinelMode: true,
    });
  });

  test.each([
    ['http://localhost', 'begins with http:'],
    ['redis://localhost/orders', 'database that is not a number'],
    ['redis+cluster://one,two/1', 'a Cluster has none'],
    ['redis+cluster://one,,two', 'empty host'],
    ['redis+cluster://one:port', 'cannot be parsed'],
    ['redis+sentinel://s1,s2', 'not the primary'],
    ['redis+sentinel://s1/orders/last', 'database that is not a number'],
    ['redis+both://one', 'begins with redis+both:'],
  ])('%s is rejected, with the allowed forms', (url, why) => {
    expect(() => readRedisUrl(url)).toThrow(why);
    expect(() => readRedisUrl(url)).toThrow('redis+sentinel://user:password@host:26379');
  });

  test('is not repeated in an error, since it contains a password', () => {
    expect(() => readRedisUrl('redis+cluster://queue:secret@one:port')).not.toThrow('secret');
    expect(() => readRedisUrl('redis+sentinel://queue:secret@one')).not.toThrow('secret');
  });
});
