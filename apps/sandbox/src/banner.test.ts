import { expect, test } from '@jest/globals';
import { banner } from './banner.js';
import type { SandboxInfo } from './sandbox-info.js';

test('the banner names the overview of the operator pages', () => {
  const info = {
    intake_url: 'http://127.0.0.1:8080',
    ops_url: 'http://127.0.0.1:8081',
    destination_url: 'http://127.0.0.1:8082',
    operator: { username: 'operator', password: 'password' },
    tenants: [{ name: 'Cartage North', api_key: 'key' }],
    orders: [{ order_number: '4711', origin: 'Cartage North', destination: 'Harbor Retail' }],
  } as unknown as SandboxInfo;
  expect(banner(info, '.data')).toMatch(/dashboard +http:\/\/127\.0\.0\.1:8081\/ +\(/);
});
