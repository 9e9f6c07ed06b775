import { describe, expect, test } from '@jest/globals';
import { readTenantHeaders } from './headers.js';
import { PRINTABLE } from './printable-text.js';
import type { ValidationDetail } from '../fastapi-compat/problem.js';

const pattern = PRINTABLE.source;
const rejected = (...detail: ValidationDetail[]) => ({ ok: false, problem: { status: 422, body: { detail } } });
const asNodeReads = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const dest = ['X-Dest-Tenant-Name', 'Carrier'];

describe('valid headers', () => {
  test.each<[title: string, rawHeaders: string[], required: boolean, value: object]>([
    ['the required one', dest, false, { destTenantName: 'Carrier' }],
    [
      'all three, in any case of name',
      ['x-dest-tenant-name', 'Carrier', 'X-TENANT-NAME', 'Shipper', 'Host', 'x', 'X-Origin-Instance-Name', 'erp-1'],
      true,
      { tenantName: 'Shipper', originInstanceName: 'erp-1', destTenantName: 'Carrier' },
    ],
    ['UTF-8', ['X-Dest-Tenant-Name', asNodeReads('Größe 😀')], false, { destTenantName: 'Größe 😀' }],
    ['latin1', ['X-Dest-Tenant-Name', 'Gr\u00f6\u00dfe'], false, { destTenantName: 'Größe' }],
    ['128 characters', ['X-Dest-Tenant-Name', asNodeReads('😀'.repeat(128))], false, { destTenantName: '😀'.repeat(128) }],
    ['without the space around it', ['X-Dest-Tenant-Name', ' Carrier\t'], false, { destTenantName: 'Carrier' }],
    ['a header that only ends the same', [...dest, 'Y-Dest-Tenant-Name', 'Z'], false, { destTenantName: 'Carrier' }],
  ])('%s', (_title, rawHeaders, tenantNameRequired, value) => {
    expect(readTenantHeaders(rawHeaders, { tenantNameRequired })).toEqual({ ok: true, value });
  });
});

describe('invalid headers', () => {
  const missing = (name: string) => ({ type: 'missing', loc: ['header', name], msg: 'Field required', input: null });
  const repeated = (name: string, input: string[]) => ({
    type: 'value_error',
    loc: ['header', name],
    msg: 'Value error, header was given more than once',
    input,
    ctx: { error: {} },
  });
  const blank = (name: string) => ({
    type: 'string_too_short',
    loc: ['header', name],
    msg: 'String should have at least 1 character',
    input: '',
    ctx: { min_length: 1 },
  });
  const control = (name: string, input: string) => ({
    type: 'string_pattern_mismatch',
    loc: ['header', name],
    msg: `String should match pattern '${pattern}'`,
    input,
    ctx: { pattern },
  });

  test.each<[title: string, rawHeaders: string[], required: boolean, details: ValidationDetail[]]>([
    ['none', [], false, [missing('X-Dest-Tenant-Name')]],
    ['none, a token calls', [], true, [missing('X-Tenant-Name'), missing('X-Dest-Tenant-Name')]],
    ['repeated', [...dest, 'x-dest-tenant-name', 'Other'], false, [repeated('X-Dest-Tenant-Name', ['Carrier', 'Other'])]],
    ['repeated with the same value', [...dest, ...dest], false, [repeated('X-Dest-Tenant-Name', ['Carrier', 'Carrier'])]],
    ['blank', ['X-Dest-Tenant-Name', '', 'X-Tenant-Name', ' '], false, [blank('X-Tenant-Name'), blank('X-Dest-Tenant-Name')]],
    ['a blank instance', [...dest, 'X-Origin-Instance-Name', asNodeReads('\u3000')], false, [blank('X-Origin-Instance-Name')]],
    ['a control character', ['X-Dest-Tenant-Name', 'a\tb'], false, [control('X-Dest-Tenant-Name', 'a\tb')]],
    ['a C1 control character', ['X-Dest-Tenant-Name', asNodeReads('a\u0085b')], false, [control('X-Dest-Tenant-Name', 'a\u0085b')]],
    ['a line separator', ['X-Dest-Tenant-Name', asNodeReads('a\u2028b')], false, [control('X-Dest-Tenant-Name', 'a\u2028b')]],
    ['a right-to-left override', ['X-Dest-Tenant-Name', asNodeReads('a\u202eb')], false, [control('X-Dest-Tenant-Name', 'a\u202eb')]],
    ['too long, cut in the echo', ['X-Dest-Tenant-Name', 'x'.repeat(300)], false, [
      {
        type: 'string_too_long',
        loc: ['header', 'X-Dest-Tenant-Name'],
        msg: 'String should have at most 128 characters',
        input: 'x'.repeat(256),
        ctx: { max_length: 128 },
      },
    ]],
  ])('%s', (_title, rawHeaders, tenantNameRequired, details) => {
    const read = readTenantHeaders(rawHeaders, { tenantNameRequired });
    expect(read).toEqual(rejected(...details));
    expect(JSON.stringify(read)).toBe(JSON.stringify(rejected(...details)));
  });

  test('no other header is echoed', () => {
    const read = readTenantHeaders(['Authorization', 'Bearer secret', 'X-API-Key', 'secret'], { tenantNameRequired: true });
    expect(JSON.stringify(read)).not.toContain('secret');
  });
});
