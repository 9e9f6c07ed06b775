import { expect, test } from '@jest/globals';
import { readConfig } from '@crossroads/platform';
import { opsConfig } from './config.js';

const needed = { MONGODB_URI: 'mongodb://localhost/crossroads', REDIS_URL: 'redis://localhost' };

test('the rest has defaults that suit one machine', () => {
  expect(readConfig(opsConfig, needed)).toMatchObject({ OPS_PORT: 8081, HOST: '127.0.0.1', OPS_ENVIRONMENT: 'development', OPS_SECURE_COOKIES: false });
});

test('only true and false are taken for OPS_SECURE_COOKIES', () => {
  expect(readConfig(opsConfig, { ...needed, OPS_SECURE_COOKIES: 'true' }).OPS_SECURE_COOKIES).toBe(true);
  expect(() => readConfig(opsConfig, { ...needed, OPS_SECURE_COOKIES: 'yes' })).toThrow('OPS_SECURE_COOKIES');
});
