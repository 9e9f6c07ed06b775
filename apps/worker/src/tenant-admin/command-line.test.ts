import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Store } from '@crossroads/store';
import { auditRepository, auditedCommands, directoryRepository, makeIndexes, openStore } from '@crossroads/store';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import { runInstances, runTenants } from './command-line.js';
import { TenantError, tenantCommands } from './commands.js';

let store: Store;
beforeAll(async () => {
  store = openStore({ uri: ownDatabase('tenant-admin'), operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
  await tenants('create', 'Cartage North');
}, 60_000);
afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

const commands = () => tenantCommands({ directory: directoryRepository(store), audited: auditedCommands(store), allowedPrivateHosts: ['localhost:4010'] });
const tenants = (...args: string[]) => runTenants(args, commands());
const instances = (...args: string[]) => runInstances(args, commands());
const options = { tenant: 'Cartage North', 'source-system': 'webhook', url: 'https://tms.cartage.example/resets', 'secret-ref': 'file:/run/secrets/cartage' };
const createInstance = (name: string, more: Record<string, string> = {}) => instances('create', name, ...Object.entries({ ...options, ...more }).flatMap(([key, value]) => [`--${key}`, value]));
const messageOf = async (result: Promise<string>): Promise<string> => {
  const error = await result.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(TenantError);
  return (error as Error).message;
};

describe('tenants create', () => {
  test('stores the tenant with an id from its name, and an audit entry', async () => {
    expect(await tenants('create', 'Harbor Retail')).toMatch(/^Tenant harbor-retail created: Harbor Retail\. Next: npm run instances/);
    expect(await directoryRepository(store).tenantNamed('Harbor Retail')).toMatchObject({ tenant_id: 'harbor-retail', instances: [] });
    const { records } = await auditRepository(store).list({ action: 'tenant create' }, { limit: 1 });
    expect(records).toMatchObject([{ role: null, credential: 'command-line', outcome: 'done', detail: { tenant_id: 'harbor-retail', name: 'Harbor Retail' } }]);
  });

  test('with a partner makes each a partner of the other', async () => {
    await tenants('create', 'Brightwater Fuels', '--id', 'brightwater', '--partner', 'Cartage North');
    const all = await directoryRepository(store).tenants();
    expect(all.find(({ _id }) => _id === 'brightwater')?.partners).toEqual(['cartage-north']);
    expect(all.find(({ _id }) => _id === 'cartage-north')?.partners).toEqual(['brightwater']);
  });

  test('never replaces a tenant with the same name or id', async () => {
    expect(await messageOf(tenants('create', 'Cartage North'))).toMatch(/The id cartage-north or the name "Cartage North" is taken/);
    expect(await messageOf(tenants('create', 'Cartage North', '--id', 'another'))).toContain('is taken');
    expect(await messageOf(tenants('create', 'Another', '--id', 'cartage-north'))).toContain('is taken');
    expect((await directoryRepository(store).tenantNamed('Another'))).toBeUndefined();
  });

  test.each([
    [['create'], /npm run tenants/],
    [['explode'], /npm run tenants/],
    [['create', 'Two', 'words'], /npm run tenants/],
    [['create', 'X', '--what'], /--what/],
    [['create', ' padded '], /name of the tenant is invalid/],
    [['create', 'two\nlines'], /name of the tenant is invalid/],
    [['create', 'Cartage  North', '--id', 'cartage-2'], /name of the tenant is invalid.*only one space between words/],
    [['create', 'Cartage \u00a0North', '--id', 'cartage-3'], /name of the tenant is invalid/],
    [['create', 'x'.repeat(129)], /1 to 128 printable characters/],
    [['create', '東京'], /Give one with --id/],
    [['create', 'Good', '--id', 'Bad Id'], /id is invalid/],
    [['create', 'Good', '--partner', 'Nowhere'], /no tenant "Nowhere".*Cartage North/],
  ])('%j fails with a sentence and stores nothing', async (args, message) => {
    const before = (await directoryRepository(store).tenants()).length;
    expect(await messageOf(tenants(...args))).toMatch(message);
    expect(await directoryRepository(store).tenants()).toHaveLength(before);
  });
});

describe('instances create', () => {
  test('stores the instance, and the list shows it below its tenant without its secret reference', async () => {
    expect(await createInstance('Cartage TMS', { 'source-system-id': 'cn-17', 'on-rejection': 'keep' })).toContain('Instance cartage-tms created: Cartage TMS of tenant cartage-north.');
    expect(await directoryRepository(store).instance('cartage-tms')).toEqual({
      _id: 'cartage-tms', tenant_id: 'cartage-north', name: 'Cartage TMS', source_system: 'webhook', source_system_id: 'cn-17',
      url: 'https://tms.cartage.example/resets', secret_ref: 'file:/run/secrets/cartage', paused: false, paused_reason: null, on_rejection: 'keep',
    });
    const list = await tenants('list');
    expect(list).toMatch(/^cartage-north {2}Cartage North.*\n {2}cartage-tms {2}Cartage TMS {2}webhook {2}https:\/\/tms\.cartage\.example\/resets$/m);
    expect(list).not.toContain('/run/secrets');
  });

  test('never replaces an instance with the same id or the same name of its tenant', async () => {
    await createInstance('Depot');
    expect(await messageOf(createInstance('Depot', { url: 'https://elsewhere.example' }))).toContain('has an instance "Depot" already');
    expect(await messageOf(createInstance('Depot', { id: 'depot-2' }))).toContain('has an instance "Depot" already');
    expect((await directoryRepository(store).instance('depot'))?.url).toBe(options.url);
  });

  test('rejects a name with two spaces in a row', async () => {
    expect(await messageOf(createInstance('Two  spaces'))).toMatch(/name of the instance is invalid.*only one space between words/);
    expect(await directoryRepository(store).instance('two-spaces')).toBeUndefined();
  });

  test('accepts a private host that the setting lists', async () => {
    expect(await createInstance('Local', { url: 'http://localhost:4010/hook' })).toContain('http://localhost:4010/hook');
  });

  test.each([
    [{ tenant: 'Nowhere' }, /no tenant "Nowhere"/],
    [{ 'source-system': 'fax' }, /one of gravitate_sd, webhook/],
    [{ url: 'http://tms.cartage.example' }, /--url cannot be used: it does not use https/],
    [{ url: 'https://10.0.0.7/hook' }, /it is not public/],
    [{ url: 'https://user:secret-value@tms.example/' }, /contains credentials/],
    [{ url: 'nonsense' }, /it is not a URL/],
    [{ 'secret-ref': 'whsec_secret-value' }, /env:NAME or file:\/path/],
    [{ 'on-rejection': 'maybe' }, /restore or keep/],
    [{ id: 'UPPER' }, /id is invalid/],
  ])('%j fails with a sentence without secrets, and stores nothing', async (more, message) => {
    const text = await messageOf(createInstance('Rejected', more as Record<string, string>));
    expect(text).toMatch(message);
    expect(text).not.toContain('secret-value');
    expect((await directoryRepository(store).tenants()).flatMap((tenant) => tenant.instances).some(({ name }) => name === 'Rejected')).toBe(false);
  });

  test.each(['tenant', 'url', 'source-system', 'secret-ref'])('without --%s names it', async (missing) => {
    const rest = Object.entries(options).filter(([key]) => key !== missing);
    expect(await messageOf(instances('create', 'X', ...rest.flatMap(([key, value]) => [`--${key}`, value])))).toMatch(new RegExp(`^create requires --${missing}\\.`));
  });
});
