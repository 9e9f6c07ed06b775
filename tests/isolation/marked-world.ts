import type { OpenDestinations } from '@crossroads/destinations';
import { createDestinations } from '@crossroads/destinations';
import { digest, newApiKey } from '@crossroads/platform';
import type { InstanceDocument, OrderRecord } from '@crossroads/store';
import { directoryRepository } from '@crossroads/store';
import type { LocalServer } from '@crossroads/testkit';
import { eventually, startLocalServer } from '@crossroads/testkit';
import type { IntakeFixture, Reply } from '../intake/intake-fixture.js';
import { createIntakeFixture, scopes } from '../intake/intake-fixture.js';

/** `shipper` resets its orders to `carrier`. `partner` is a partner of both, with orders of its own. `stranger` has no partner and no order. */
export const companies = ['shipper', 'carrier', 'partner', 'stranger'] as const;
export type Company = (typeof companies)[number];

/** A text that belongs to some companies. No response to another company may contain it. */
export interface Mark {
  text: string;
  what: string;
  belongsTo: readonly Company[];
}

export interface MarkedReset {
  by: Company;
  to: Company;
  correlationId: string;
  sagaId: string;
  done: boolean;
}

export interface MarkedWorld {
  fixture: IntakeFixture;
  marks: Mark[];
  orders: OrderRecord[];
  resets: MarkedReset[];
  keys: Record<Company, string>;
  clients: Record<Company, { id: string; secret: string }>;
  names: Record<Company, string>;
  call(as: Company, path: string, options: { method: string; to?: string; body?: unknown }): Promise<Reply>;
  close(): Promise<void>;
}

/** Replies of the destinations, by the end of the order's number. */
const replies: Record<string, number> = { synced: 200, rejected: 422, unavailable: 503, requested: 202, conflict: 409 };

const nameOf = (company: Company): string => `NAME-OF-${company.toUpperCase()}`;

/** Stores four companies, their endpoints and orders, and runs resets of each outcome against real HTTP destinations. */
export const createMarkedWorld = async (uri: string): Promise<MarkedWorld> => {
  const marks: Mark[] = [];
  const mark = (text: string, what: string, belongsTo: readonly Company[]): string => {
    marks.push({ text, what, belongsTo });
    return text;
  };

  const server: LocalServer = await startLocalServer(({ path, headers, body }, response) => {
    const status = Object.entries(replies).find(([end]) => body.includes(`-${end}"`))?.[1] ?? 200;
    const company = /ENDPOINT-OF-(\w+)/.exec(path)![1]!;
    // The reply repeats the request, as error pages of some servers do.
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'requested', detail: `REPLY-OF-${company}`, message: `REPLY-OF-${company}`, path, headers }));
  });
  const instances = new Map<string, InstanceDocument>();
  const destinations: OpenDestinations = createDestinations({
    instances: { find: async (id) => asDestination(instances.get(id)) },
    secrets: async () => `whsec_${Buffer.alloc(32, 's').toString('base64')}`,
    allowedPrivateHosts: ['127.0.0.1'],
    failuresToOpen: 1_000,
  });
  const fixture = await createIntakeFixture('isolation', { uri, destinations });
  const directory = directoryRepository(fixture.store);

  const keys = {} as MarkedWorld['keys'];
  const clients = {} as MarkedWorld['clients'];
  const names = Object.fromEntries(companies.map((company) => [company, nameOf(company)])) as MarkedWorld['names'];
  const partners: Record<Company, Company[]> = { shipper: ['carrier', 'partner'], carrier: ['shipper', 'partner'], partner: ['shipper', 'carrier'], stranger: [] };
  for (const company of companies) {
    const upper = company.toUpperCase();
    const url = `${server.url}/ENDPOINT-OF-${upper}?token=TOKEN-OF-${upper}`;
    const tenantId = `TENANT-ID-OF-${upper}`;
    const instance: InstanceDocument = { _id: `INSTANCE-ID-OF-${upper}`, tenant_id: tenantId, name: `INSTANCE-OF-${upper}`, source_system: 'webhook', source_system_id: `SYSTEM-OF-${upper}`, url, secret_ref: `env:SECRET_REF_OF_${upper}` };
    for (const text of [`ENDPOINT-OF-${upper}`, `TOKEN-OF-${upper}`, `REPLY-OF-${upper}`, `SECRET_REF_OF_${upper}`]) mark(text, `the endpoint of ${company}`, []);
    // The two companies of an order know each other's names and ids.
    const known = companies.filter((other) => other === company || partners[company].includes(other));
    for (const text of [tenantId, instance._id, instance.name, `SYSTEM-OF-${upper}`, nameOf(company)]) mark(text, `the name or id of ${company}`, known);
    instances.set(instance._id, instance);
    await directory.saveTenant({ _id: tenantId, name: nameOf(company), partners: partners[company].map((other) => `TENANT-ID-OF-${other.toUpperCase()}`) });
    await directory.saveInstance(instance);
    const created_at = new Date();
    const key = newApiKey();
    keys[company] = key.text;
    mark(key.id, `a key of ${company}`, [company]);
    mark(key.sha256, `a key of ${company}`, []);
    await directory.saveKey({ _id: key.id, sha256: key.sha256, tenant_id: tenantId, instance_id: instance._id, scopes, created_at, expires_at: null, revoked_at: null });
    clients[company] = { id: `CLIENT-OF-${upper}`, secret: `client-secret-of-${company}`.padEnd(43, 'x') };
    mark(clients[company].id, `a client of ${company}`, [company]);
    await directory.saveClient({ _id: clients[company].id, secret_sha256: digest(clients[company].secret), tenant_ids: [tenantId], scopes, created_at, revoked_at: null });
  }

  const call: MarkedWorld['call'] = (as, path, { method, to, body }) =>
    fixture.call(path, { as: null, method, headers: [['X-API-Key', keys[as]], ...(to === undefined ? [] : [['X-Dest-Tenant-Name', to] as [string, string]])], ...(body !== undefined && { body }) });

  const orders: OrderRecord[] = [];
  const resets: MarkedReset[] = [];
  const reset = async (origin: Company, destination: Company, by: Company, outcome: string): Promise<void> => {
    const ends = [origin, destination] as const;
    const of = `${origin}-${destination}-${by}-${outcome}`.toUpperCase();
    const order = await fixture.deliver({
      routing: routingBetween(origin, destination),
      origin_order_number: mark(`NUMBER-${of}`, 'an order', ends) + `-${outcome}`,
      destination_order_number: `${mark(`THEIR-NUMBER-${of}`, 'an order', ends)}-${outcome}`,
      note: mark(`NOTE-${of}`, 'an order', ends),
      bols: [{ bol_number: mark(`BOL-${of}`, 'an order', ends) }],
    });
    mark(order.order_id, 'an order', ends);
    orders.push(order);
    const to = by === origin ? destination : origin;
    const { body } = await call(by, '/v1/order/reset', { method: 'POST', to: nameOf(to), body: { order: { order_id: order.order_id } } });
    const { correlation_id: correlationId, saga_id: sagaId } = body.log;
    const isOver = (reply: Reply): boolean => reply.body.done === true || reply.body.status === 'requested';
    const last = await eventually(async () => {
      const reply = await call(by, `/v1/order/reset/${correlationId}`, { method: 'GET' });
      return isOver(reply) && reply;
    });
    // The destination names the reset by its correlation id, when it accepts or rejects.
    mark(correlationId, 'a reset', ends);
    mark(sagaId, 'a reset', ends);
    resets.push({ by, to, correlationId, sagaId, done: last.body.done });
  };
  for (const outcome of Object.keys(replies)) await reset('shipper', 'carrier', 'shipper', outcome);
  await reset('shipper', 'carrier', 'carrier', 'rejected');
  await reset('shipper', 'partner', 'shipper', 'synced');
  await reset('partner', 'carrier', 'partner', 'rejected');

  return {
    fixture,
    marks,
    orders,
    resets,
    keys,
    clients,
    names,
    call,
    async close() {
      await fixture.close();
      await destinations.close();
      await server.close();
    },
  };
};

const asDestination = (instance: InstanceDocument | undefined) => instance && { ...instance, id: instance._id, paused: false, on_rejection: 'restore' as const };

const routingBetween = (origin: Company, destination: Company): OrderRecord['routing'] => {
  const end = (side: 'origin' | 'destination', company: Company) => ({
    [`${side}_tenant_id`]: `TENANT-ID-OF-${company.toUpperCase()}`,
    [`${side}_tenant_name`]: nameOf(company),
    [`${side}_source_system`]: 'webhook',
    [`${side}_source_system_id`]: `SYSTEM-OF-${company.toUpperCase()}`,
    [`${side}_instance_id`]: `INSTANCE-ID-OF-${company.toUpperCase()}`,
    [`${side}_instance_name`]: `INSTANCE-OF-${company.toUpperCase()}`,
  });
  return { ...end('origin', origin), ...end('destination', destination) } as OrderRecord['routing'];
};
