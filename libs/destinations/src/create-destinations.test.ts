import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OutboundRequest } from '@crossroads/order-reset';
import { NonRetryableError, RetryableError, DeferStep } from '@crossroads/saga';
import type { LocalServer, RequestHandler } from '@crossroads/testkit';
import { startLocalServer } from '@crossroads/testkit';
import type { DestinationsOptions, OpenDestinations } from './create-destinations.js';
import { createDestinations } from './create-destinations.js';
import type { DestinationInstance } from './destination-instance.js';
import { sampleCleared, sampleIds, sampleOrder } from './testing/samples.js';

const order = sampleOrder();
const never = new AbortController().signal;

let server: LocalServer;
let handle: RequestHandler;
let instance: DestinationInstance | undefined;
let opened: OpenDestinations[];
const paused: string[][] = [];

beforeEach(async () => {
  opened = [];
  paused.length = 0;
  handle = (_request, response) => response.end('{}');
  server = await startLocalServer((request, response) => handle(request, response));
  instance = { id: 'carrier-tms', tenant_id: 'carrier', name: 'TMS', source_system: 'webhook', url: `${server.url}/hook`, secret_ref: 'env:S' };
});
afterEach(async () => {
  for (const destinations of opened) await destinations.close();
  await server.close();
});

const open = (options: Partial<DestinationsOptions> = {}): OpenDestinations => {
  const destinations = createDestinations({
    instances: { find: async (id) => (id === instance?.id ? instance : undefined) },
    secrets: async () => `whsec_${Buffer.alloc(32, 's').toString('base64')}`,
    allowedPrivateHosts: ['127.0.0.1'],
    pause: async (...args) => void paused.push(args),
    ...options,
  });
  opened.push(destinations);
  return destinations;
};
const prepared = (destinations: OpenDestinations): Promise<OutboundRequest> => destinations.prepare(order, sampleCleared, sampleIds);
const firstTime = (request: OutboundRequest) => async () => ({ request, isRepeated: false });
const send = async (destinations: OpenDestinations, signal = never) => destinations.send(order, firstTime(await prepared(destinations)), signal);

describe('the check before anything is cleared', () => {
  test.each<[code: string, change: () => void]>([
    ['destination.unknown_instance', () => (instance = undefined)],
    ['destination.unknown_instance', () => (instance!.tenant_id = 'another')],
    ['destination.no_adapter', () => (instance!.source_system = 'fax')],
    ['destination.no_adapter', () => (instance!.source_system = '__proto__')],
    ['destination.no_secret', () => (instance!.secret_ref = null)],
    ['destination.address_blocked', () => (instance!.url = 'http://tms.example/')],
    ['destination.address_blocked', () => (instance!.url = 'https://10.0.0.1/')],
    ['destination.address_blocked', () => (instance!.url = 'nonsense')],
  ])('rejects the order with %s', async (code, change) => {
    change();
    const error: unknown = await open().check(order).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(NonRetryableError);
    expect(error).toMatchObject({ code });
  });

  test('rejects the order of a tenant without an instance', async () => {
    await expect(open().check({ ...order, counterparty: { ...order.counterparty, instance_id: null } })).rejects.toThrow(NonRetryableError);
  });
});

describe('after the order was cleared', () => {
  test.each<[code: string, change: () => void]>([
    ['destination.unknown_instance', () => (instance = undefined)],
    ['destination.no_adapter', () => (instance!.source_system = 'fax')],
    ['destination.no_secret', () => (instance!.secret_ref = null)],
  ])('%s is retried, because an earlier attempt may have reached the destination', async (code, change) => {
    const destinations = open();
    const request = await prepared(destinations);
    change();
    await expect(destinations.send(order, firstTime(request), never)).rejects.toMatchObject({ constructor: RetryableError, code });
    await expect(prepared(destinations)).rejects.toMatchObject({ constructor: RetryableError, code });
  });

  test.each(['https://elsewhere.example/hook', 'nonsense'])('no credentials are sent when the address of the destination has changed to %s', async (url) => {
    const destinations = open();
    const request = await prepared(destinations);
    instance!.url = url;
    await expect(destinations.send(order, firstTime(request), never)).rejects.toMatchObject({ constructor: RetryableError, code: 'destination.moved' });
    expect(server.received).toEqual([]);
  });
});

describe('pause', () => {
  test('a paused destination receives no request, and no attempt is counted', async () => {
    instance!.paused = true;
    const destinations = open();
    const error: unknown = await send(destinations).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(DeferStep);
    expect(error).toMatchObject({ code: 'destination.paused', wait: { delayMs: expect.any(Number), onTimeout: 'retry' } });
    expect(server.received).toEqual([]);
    instance!.paused = false;
    expect(await send(destinations)).toMatchObject({ answer: 'synced' });
  });

  test('a 410 pauses the destination', async () => {
    handle = (_request, response) => void response.writeHead(410).end();
    expect(await send(open())).toMatchObject({ answer: 'rejected' });
    expect(paused).toEqual([['carrier-tms', expect.stringContaining('410')]]);
  });

  test('a 404 does not pause the destination', async () => {
    handle = (_request, response) => void response.writeHead(404).end();
    await send(open());
    expect(paused).toEqual([]);
  });
});

test('a rejected token is not used again', async () => {
  let tokens = 0;
  handle = ({ path, headers }, response) => {
    if (path === '/hook/token') return response.end(`{"access_token":"t${(tokens += 1)}"}`);
    return response.writeHead(headers.authorization === 'Bearer t1' ? 401 : 200).end();
  };
  instance!.source_system = 'gravitate_sd';
  const destinations = open({ secrets: async () => '{"client_id":"hub","client_secret":"s"}' });
  await expect(send(destinations)).rejects.toMatchObject({ code: 'destination.credentials_rejected' });
  expect(await send(destinations)).toMatchObject({ answer: 'synced' });
  expect(tokens).toBe(2);
});

describe('a slow destination', () => {
  const arrivals = (count: number): Promise<void> =>
    new Promise((resolve) => {
      handle = () => {
        if (server.received.length === count) resolve();
      };
    });

  test('receives at most as many requests as its limit, until they complete', async () => {
    const destinations = open({ inFlight: 2 });
    const abort = new AbortController();
    const both = arrivals(2);
    const hanging = [send(destinations, abort.signal), send(destinations, abort.signal)];
    await both;
    expect(destinations.states()).toEqual([{ instance_id: 'carrier-tms', breaker: 'closed', in_flight: 2 }]);
    await expect(send(destinations)).rejects.toMatchObject({ constructor: DeferStep, code: 'destination.busy' });
    abort.abort();
    expect(await Promise.allSettled(hanging)).toEqual([expect.objectContaining({ status: 'rejected' }), expect.objectContaining({ status: 'rejected' })]);
    expect(destinations.states()).toMatchObject([{ in_flight: 0, breaker: 'closed' }]);
  });

  test('does not delay another destination', async () => {
    const other = await startLocalServer((_request, response) => response.end());
    const places = new Map([instance!, { ...instance!, id: 'other', url: other.url }].map((place) => [place.id, place]));
    const destinations = open({ inFlight: 1, instances: { find: async (id) => places.get(id) } });
    const abort = new AbortController();
    const one = arrivals(1);
    const hanging = send(destinations, abort.signal);
    await one;
    const elsewhere = { ...order, counterparty: { ...order.counterparty, instance_id: 'other' } };
    const request = await destinations.prepare(elsewhere, sampleCleared, sampleIds);
    expect(await destinations.send(elsewhere, firstTime(request), never)).toMatchObject({ answer: 'synced' });
    abort.abort();
    await expect(hanging).rejects.toThrow(RetryableError);
    await other.close();
  });

  test('receives no request after consecutive failures, because the circuit opens', async () => {
    const destinations = open({ totalMs: 20, failuresToOpen: 2 });
    handle = () => {};
    for (let time = 0; time < 2; time += 1) await expect(send(destinations)).rejects.toMatchObject({ code: 'destination.timed_out' });
    await expect(send(destinations)).rejects.toMatchObject({ constructor: DeferStep, code: 'destination.circuit_open' });
    expect(destinations.states()).toMatchObject([{ breaker: 'open' }]);
  });

  test('times out while its secret is read', async () => {
    const destinations = open({ totalMs: 20, secrets: () => new Promise(() => {}) });
    await expect(send(destinations)).rejects.toMatchObject({ code: 'destination.timed_out' });
    expect(destinations.states()).toMatchObject([{ in_flight: 0 }]);
  });
});
