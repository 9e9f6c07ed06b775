import { describe, expect, test } from '@jest/globals';
import type { Credentials, Tenant } from './caller.js';
import { callerFor, NotAllowed } from './caller.js';

const instance = (name: string) => ({ instance_id: name.toLowerCase(), instance_name: name, source_system: 'webhook', source_system_id: null });
const alpha: Tenant = { tenant_id: 'alpha', tenant_name: 'Alpha', instances: [instance('One'), instance('Two')] };
const beta: Tenant = { tenant_id: 'beta', tenant_name: 'Beta', instances: [] };

const key: Credentials = { id: 'key:1', kind: 'key', tenants: [{ ...alpha, instances: [instance('One')] }], scopes: ['order:reset'] };
const token: Credentials = { id: 'client:1', kind: 'token', tenants: [alpha, beta], scopes: ['order:reset', 'order:get'] };

const inAlpha = { tenant_id: 'alpha', tenant_name: 'Alpha', source_system: 'webhook', source_system_id: null };

describe('the caller', () => {
  test('of a key is its tenant and instance, without headers', () => {
    expect(callerFor(key, 'order:reset', {})).toEqual({ credentials: 'key:1', ...inAlpha, instance_id: 'one', instance_name: 'One' });
  });

  test('of a key is the same with matching headers', () => {
    expect(callerFor(key, 'order:reset', { tenantName: 'Alpha', originInstanceName: 'One' })).toEqual(callerFor(key, 'order:reset', {}));
  });

  test('of a token is the named tenant, with its first instance', () => {
    expect(callerFor(token, 'order:get', { tenantName: 'Alpha' })).toEqual({ credentials: 'client:1', ...inAlpha, instance_id: 'one', instance_name: 'One' });
  });

  test('of a token is the named instance', () => {
    expect(callerFor(token, 'order:get', { tenantName: 'Alpha', originInstanceName: 'Two' })).toMatchObject({ instance_id: 'two', instance_name: 'Two' });
  });

  test('has no instance if its tenant has none', () => {
    expect(callerFor(token, 'order:get', { tenantName: 'Beta' })).toMatchObject({ tenant_id: 'beta', instance_id: null, instance_name: null, source_system: null });
  });
});

describe('a caller is rejected with 403', () => {
  const lacksScope = 'lack the scope order:create';
  const wrongTenant = 'X-Tenant-Name';
  const wrongInstance = 'X-Origin-Instance-Name';
  test.each([
    ['without the scope', key, 'order:create', {}, lacksScope],
    ['without the scope, before the tenant is checked', key, 'order:create', { tenantName: 'Beta' }, lacksScope],
    ['with a key of another tenant', key, 'order:reset', { tenantName: 'Beta' }, wrongTenant],
    ['with a tenant name in another case', key, 'order:reset', { tenantName: 'alpha' }, wrongTenant],
    ['with a token and no tenant', token, 'order:reset', {}, wrongTenant],
    ['with a token of other tenants', token, 'order:reset', { tenantName: 'Gamma' }, wrongTenant],
    ['with a key of another instance', key, 'order:reset', { originInstanceName: 'Two' }, wrongInstance],
    ['with an instance of another tenant', token, 'order:reset', { tenantName: 'Beta', originInstanceName: 'One' }, wrongInstance],
  ] as const)('%s', (_, credentials, scope, named, text) => {
    const rejection = (() => {
      try {
        return callerFor(credentials, scope, named);
      } catch (error) {
        return error;
      }
    })();
    expect(rejection).toBeInstanceOf(NotAllowed);
    expect(rejection).toMatchObject({ status: 403, message: expect.stringContaining(text) });
  });
});
