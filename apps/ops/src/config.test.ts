import { expect, test } from '@jest/globals';
import { readConfig } from '@crossroads/platform';
import { opsConfig } from './config.js';

const required = { MONGODB_URI: 'mongodb://localhost/crossroads', REDIS_URL: 'redis://localhost' };

test('optional settings have defaults for one machine', () => {
  expect(readConfig(opsConfig, required)).toMatchObject({ OPS_PORT: 8081, HOST: '127.0.0.1', OPS_ENVIRONMENT: 'development', OPS_SECURE_COOKIES: false });
});

test('OPS_SECURE_COOKIES accepts only true and false', () => {
  expect(readConfig(opsConfig, { ...required, OPS_SECURE_COOKIES: 'true' }).OPS_SECURE_COOKIES).toBe(true);
  expect(() => readConfig(opsConfig, { ...required, OPS_SECURE_COOKIES: 'yes' })).toThrow('OPS_SECURE_COOKIES');
});
