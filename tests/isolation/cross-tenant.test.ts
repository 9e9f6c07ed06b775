import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { auditedCommands, operatorAccounts, operatorKeyRepository, operatorRepository } from '@crossroads/store';
import request from 'supertest';
import { routes } from '../../apps/intake/src/routes.js';
import { apiRoutes } from '../../apps/ops/src/api/api.route.js';
import { runOperators } from '../../apps/ops/src/operator-admin/command-line.js';
import { operatorCommands } from '../../apps/ops/src/operator-admin/commands.js';
import type { OpenOps } from '../../apps/ops/src/testing/open-ops.js';
import { openOps } from '../../apps/ops/src/testing/open-ops.js';
import type { Reply } from '../intake/intake-fixture.js';
import { ownDatabase, testRedisUrl } from '../stores/own-database.js';
import type { Company, MarkedWorld } from './marked-world.js';
import { companies, createMarkedWorld } from './marked-world.js';

let world: MarkedWorld;
let ops: OpenOps;

beforeAll(async () => {
  const mongodbUri = ownDatabase('isolation');
  world = await createMarkedWorld(mongodbUri);
  // From here on, no reset changes while the tests read.
  world.fixture.working = false;
  ops = await openOps({ mongodbUri, redisUrl: testRedisUrl() });
}, 120_000);
afterAll(async () => {
  await world.close();
  await ops.close();
});

interface Attempt {
  method: string;
  path: string;
  to?: string;
  body?: unknown;
}

/** Returns the marks in a response that do not belong to the company. A response may repeat what the request contained. */
const foreignMarks = (as: Company, sent: string, received: string): string[] =>
  world.marks.filter(({ text, belongsTo }) => received.includes(text) && !sent.includes(text) && !belongsTo.includes(as)).map(({ text, what }) => `${what}: ${text}`);

/** Returns requests of one route that name orders and resets of each pair, in each way and to each tenant. A route that is added later gets the same requests. */
const attemptsAt = ({ method, path, docs }: (typeof routes)[number], as: Company): Attempt[] => {
  const destinations = [undefined, 'No such tenant', ...Object.values(world.names)];
  const isStream = path.endsWith('/events');
  // A stream of an open reset does not end for the tenant that submitted the reset.
  const ids = path.includes(':') ? world.resets.filter(({ by, done }) => done || !isStream || by !== as).map(({ correlationId }) => correlationId) : [''];
  const pairOf = ({ routing }: (typeof world.orders)[number]): string => `${routing.origin_tenant_id}/${routing.destination_tenant_id}`;
  const oneOfEachPair = world.orders.filter((order, index, all) => all.findIndex((other) => pairOf(other) === pairOf(order)) === index);
  const orders = oneOfEachPair.flatMap(({ order_id, origin_order_number, destination_order_number }) => [
    { order_id },
    { order_number: origin_order_number },
    { order_number: destination_order_number },
  ]);
  const example = docs?.body?.example ?? {};
  const bodies = method === 'get' ? [undefined] : path.includes(':') ? [undefined, { reason_code: 'X' }] : orders.flatMap((order) => [{ ...example, ...order, order }, order]);
  const queries = method === 'get' ? ['', '?limit=200', ...(path.includes(':') ? [] : orders.map((order) => `?${new URLSearchParams(order as Record<string, string>).toString()}`))] : [''];
  return ids.flatMap((id) =>
    queries.flatMap((query) =>
      destinations.flatMap((to) =>
        bodies.map((body): Attempt => ({ method: method.toUpperCase(), path: `${path.replaceAll(/:\w+/g, id)}${query}`, ...(to !== undefined && { to }), ...(body !== undefined && { body }) })),
      ),
    ),
  );
};

const textOf = ({ headers, text }: Pick<Reply, 'headers' | 'text'>): string => `${JSON.stringify(headers)}\n${text}`;

/** Sends the requests, some at a time. Returns every foreign mark in a response. */
const findLeaks = async (as: Company, attempts: readonly Attempt[]): Promise<string[]> => {
  const leaks: string[] = [];
  for (let from = 0; from < attempts.length; from += 20) {
    await Promise.all(
      attempts.slice(from, from + 20).map(async (attempt) => {
        const reply = await world.call(as, attempt.path, attempt);
        for (const found of foreignMarks(as, JSON.stringify(attempt), textOf(reply))) leaks.push(`${attempt.method} ${attempt.path} to ${attempt.to} as ${as} (${reply.status}): ${found}`);
      }),
    );
  }
  return leaks;
};

// The tenants without a part in most orders come first, because the others change them.
const callers: Company[] = ['stranger', 'partner', 'carrier', 'shipper'];

// Reading comes first: a list of resets shows a tenant the names that its own requests contained.
const readingFirst = [...routes].sort((a, b) => a.method.localeCompare(b.method));

describe('the intake', () => {
  test('issues tokens, and none shows another tenant', async () => {
    for (const as of companies) {
      const form = (client: { id: string; secret: string }) => new URLSearchParams({ grant_type: 'client_credentials', client_id: client.id, client_secret: client.secret }).toString();
      const own = await world.fixture.call('/auth/token', { as: null, body: form(world.clients[as]), type: 'application/x-www-form-urlencoded' });
      expect(own.status).toBe(200);
      const [, claims = ''] = String(own.body.access_token).split('.');
      expect(foreignMarks(as, form(world.clients[as]), `${textOf(own)}${Buffer.from(claims, 'base64url').toString()}`)).toEqual([]);
      for (const other of companies) {
        const headers: [string, string][] = [['Authorization', `Bearer ${own.body.access_token as string}`], ['X-Tenant-Name', world.names[other]]];
        const listed = await world.fixture.call('/v1/order/reset?limit=200', { as: null, headers });
        expect([listed.status, foreignMarks(as, JSON.stringify(headers), textOf(listed))]).toEqual([as === other ? 200 : 403, []]);
      }
    }
  });

  test.each(callers.flatMap((as) => readingFirst.map((route) => ({ as, route, method: route.method, path: route.path }))))(
    'shows $as nothing that belongs to another tenant: $method $path',
    async ({ as, route }) => {
      const attempts = attemptsAt(route, as);
      expect(attempts.length).toBeGreaterThan(0);
      expect(await findLeaks(as, attempts)).toEqual([]);
    },
    120_000,
  );

  test('shows a stranger the same for a reset or order of others as for one that does not exist', async () => {
    const { correlationId } = world.resets[0]!;
    const order = { order_id: world.orders[0]!.order_id };
    const status = async (id: string) => world.call('stranger', `/v1/order/reset/${id}`, { method: 'GET' });
    const read = async (named: object) => world.call('stranger', '/v1/order/get', { method: 'POST', to: world.names.shipper, body: { order: named } });
    expect((await status(correlationId)).text).toBe((await status('01900000-0000-7000-8000-000000000000')).text);
    expect((await read(order)).text.replace(order.order_id, '')).toBe((await read({ order_id: 'f'.repeat(24) })).text.replace('f'.repeat(24), ''));
  });
});

describe('the operator API', () => {
  interface Layer {
    route?: { path: string; methods: Record<string, boolean> };
  }
  /** The routes of the API, read from its router, so that a new route is included. */
  const operatorRoutes = (apiRoutes({ commands: {} } as Parameters<typeof apiRoutes>[0]).stack as unknown as Layer[]).flatMap(({ route }) =>
    route ? Object.keys(route.methods).map((method) => ({ method: method as 'get' | 'post', path: route.path })) : [],
  );

  const pathsOf = (path: string): string[] => {
    const ids = path.startsWith('/destinations') ? companies.map((company) => `INSTANCE-ID-OF-${company.toUpperCase()}`) : world.resets.map(({ sagaId }) => sagaId);
    return path.includes(':') ? ids.map((id) => path.replaceAll(/:\w+/g, id)) : [path, '/no-such-path'];
  };

  test('has routes that the test finds', () => {
    expect(operatorRoutes.map(({ path }) => path)).toEqual(expect.arrayContaining(['/sagas', '/sagas/:sagaId', '/sagas/:sagaId/terminate', '/destinations/:id/pause']));
  });

  test.each(companies)('rejects all credentials of %s and shows nothing', async (as) => {
    const { body } = await world.fixture.call('/auth/token', {
      as: null,
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: world.clients[as].id, client_secret: world.clients[as].secret }).toString(),
      type: 'application/x-www-form-urlencoded',
    });
    const credentials: Record<string, string>[] = [
      {},
      { authorization: `Bearer ${world.keys[as]}` },
      { 'x-api-key': world.keys[as] },
      { authorization: `Bearer ${body.access_token as string}` },
      { authorization: `Basic ${Buffer.from(`${world.clients[as].id}:${world.clients[as].secret}`).toString('base64')}` },
    ];
    for (const { method, path } of operatorRoutes) {
      for (const named of pathsOf(path)) {
        for (const headers of credentials) {
          const reply = await request(ops.app)[method](`/v1/ops${named}`).set(headers).send(method === 'post' ? { reason: 'as a tenant' } : undefined);
          expect([named, headers, [303, 401, 403].includes(reply.status) ? 'rejected' : reply.status]).toEqual([named, headers, 'rejected']);
          expect(foreignMarks(as, named, `${JSON.stringify(reply.headers)}\n${reply.text}`)).toEqual([]);
        }
      }
    }
  });

  test('shows an operator the replies and addresses that tenants must not see, without their tokens', async () => {
    const operators = operatorCommands({ operators: operatorRepository(ops.store), accounts: operatorAccounts(ops.store), keys: operatorKeyRepository(ops.store), audited: auditedCommands(ops.store) });
    const key = /crossroads_ops_\S+/.exec(await runOperators(['key', 'viewer'], operators))![0];
    let seen = '';
    for (const { sagaId } of world.resets) {
      const { text } = await request(ops.app).get(`/v1/ops/sagas/${sagaId}`).set('authorization', `Bearer ${key}`).expect(200);
      seen += text;
    }
    for (const company of ['CARRIER', 'SHIPPER']) {
      expect(seen).toContain(`ENDPOINT-OF-${company}`);
      expect(seen).toContain(`REPLY-OF-${company}`);
      expect(seen).not.toContain(`TOKEN-OF-${company}`);
    }
  });
});
