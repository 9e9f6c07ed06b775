import { describe, expect, test } from '@jest/globals';
import { AddressBlocked, assertAllowedAddress, privateHosts } from './destination-address.js';

const noPrivateHosts = privateHosts([]);

test.each(['https://tms.example/hook?x=1', 'https://8.8.8.8/', 'https://[2606:4700::1111]:8443/'])('%s is allowed', (address) => {
  expect(() => assertAllowedAddress(address, noPrivateHosts)).not.toThrow();
});

test.each([
  '', 'tms.example', '/hook', 'http://tms.example/', 'ftp://tms.example/', 'file:///etc/passwd', 'data:,x', 'javascript:1',
  'https://key@tms.example/', 'https://tms.example@127.0.0.1/', 'https://169.254.169.254\\@tms.example/',
  'https://127.0.0.1/', 'https://2130706433/', 'https://0x7f000001/', 'https://0x7f.1/', 'https://0177.0.0.1/', 'https://127.1/', 'https://0/',
  'https://127。0。0。1/', 'https://①②⑦.0.0.1/', 'https://127.0.0.１/', 'https://169.254.169.254/latest/meta-data',
  'https://[::1]/', 'https://[::]/', 'https://[::ffff:7f00:1]/', 'https://[::ffff:127.0.0.1]/', 'https://[64:ff9b::7f00:1]/', 'https://[fd00:ec2::254]/',
])('%s is blocked', (address) => {
  expect(() => assertAllowedAddress(address, noPrivateHosts)).toThrow(AddressBlocked);
});

describe('allowed private hosts', () => {
  test.each([
    ['localhost', 'http://LOCALHOST:4010/'],
    ['LocalHost:4010', 'http://localhost:4010/'],
    ['127.0.0.1:80', 'http://127.0.0.1/'],
    ['127.0.0.1:443', 'https://127.0.0.1/'],
    ['[::1]', 'http://[::1]:4010/'],
    ['[::1]:4010', 'https://[::1]:4010/'],
  ])('the entry %s allows %s', (host, address) => {
    expect(() => assertAllowedAddress(address, privateHosts([host]))).not.toThrow();
  });

  test.each([
    ['localhost:4010', 'http://localhost:4011/'],
    ['localhost', 'http://localhost.example/'],
    ['localhost', 'http://127.0.0.1/'],
    ['127.0.0.1', 'http://127.0.0.2/'],
    ['localhost', 'http://user@localhost/'],
    ['localhost', 'ftp://localhost/'],
  ])('the entry %s does not allow %s', (host, address) => {
    expect(() => assertAllowedAddress(address, privateHosts([host]))).toThrow(AddressBlocked);
  });
});
