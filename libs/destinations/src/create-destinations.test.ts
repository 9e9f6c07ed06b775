import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OutboundRequest } from '@crossroads/order-reset';
import { NonRetryableError, RetryableError, DeferStep } from '@crossroads/saga';
import type { DestinationsOptions, OpenDestinations } from './create-destinations.js';
import { createDestinations } from './create-destinations.js';
import type { DestinationInstance } from './destination-instance.js';
import type { Answer, LocalServer } from './testing/local-server.js';
import { localServer } from './testing/local-server.js';
import { sampleCleared, sampleIds, sampleOrder } from './testing/samples.js';

const order = sampleOrder();
const never = new AbortController().signal;

let server: LocalServer;
let answer: Answer;
let instance: DestinationInstance | undefined;
let opened: OpenDestinations[];
const paused: string[][] = [];

beforeEach(async () => {
  opened = [];
  paused.length = 0;
  answer = (_request, response) => response.end('{}');
  server = await localServer((request, response) => answer(request, response));
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
    pause: async (...told) => void paused.push(told),
    ...options,
  });
  opened.push(destinations);
  return destinations;
};
const prepared = (destinations: OpenDestinations): Promise<OutboundRequest> => destinations.prepare(order, sampleCleared, sampleIds);
const send = async (destinations: OpenDestinations, signal = never) => destinations.send(order, await prepared(destinations), signal);

describe('before anything is cleared', () => {
  test.each<[code: string, change: () => void]>([
    ['destination.unknown_instance', () => (instance = undefined)],
    ['destination.unknown_instance', () => (instance!.tenant_id = 'another')],
    ['destination.no_adapter', () => (instance!.source_system = 'fax')],
    ['destination.no_adapter', () => (instance!.source_system = '__proto__')],
    ['destination.no_secret', () => (instance!.secret_ref = null)],
    ['destination.address_blocked', () => (instance!.url = 'http://tms.example/')],
    ['destination.address_blocked', () => (instance!.url = 'https://10.0.0.1/')],
    ['destination.address_blocked', () => (instance!.url = 'nonsense')],
  ])('%s is refused', async (code, change) => {
    change();
    const error: unknown = await open().check(order).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(NonRetryableError);
    expect(error).toMatchObject({ code });
  });

  test('so is an order of a tenant without an installation', async () => {
    await expect(open().check({ ...order, counterparty: { ...order.counterparty, instance_id: null } })).rejects.toThrow(NonRetryableError);
  });
});

describe('once things have been cleared', () => {
  test.each<[code: string, change: () => void]>([
    ['destination.unknown_instance', () => (instance = undefined)],
    ['destination.no_adapter', () => (instance!.source_system = 'fax')],
    ['destination.no_secret', () => (instance!.secret_ref = null)],
  ])('%s is nothing to turn round for: an earlier attempt may have been taken', async (code, change) => {
    const destinations = open();
    const request = await prepared(destinations);
    change();
    await expect(destinations.send(order, request, never)).rejects.toMatchObject({ name: 'StepUnavailable', code });
    await expect(prepared(destinations)).rejects.toMatchObject({ name: 'StepUnavailable', code });
  });

  test.each(['https://elsewhere.example/hook', 'nonsense'])('credentials do not follow a request to an address the destination has no longer (%s)', async (url) => {
    const destinations = open();
    const request = await prepared(destinations);
    instance!.url = url;
    await expect(destinations.send(order, request, never)).rejects.toMatchObject({ name: 'StepUnavailable', code: 'destination.moved' });
    expect(server.received).toEqual([]);
  });
});

describe('pause', () => {
  test('a paused destination is sent nothing, and no attempt is counted', async () => {
    instance!.paused = true;
    const destinations = open();
    const error: unknown = await send(destinations).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(DeferStep);
    expect(error).toMatchObject({ code: 'destination.paused', wait: { delayMs: expect.any(Number), onTimeout: 'retry' } });
    expect(server.received).toEqual([]);
    instance!.paused = false;
    expect(await send(destinations)).toMatchObject({ answer: 'synced' });
  });

  test('410 asks for one', async () => {
    answer = (_request, response) => void response.writeHead(410).end();
    expect(await send(open())).toMatchObject({ answer: 'rejected' });
    expect(paused).toEqual([['carrier-tms', expect.stringContaining('410')]]);
  });

  test('no other answer does', async () => {
    answer = (_request, response) => void response.writeHead(404).end();
    await send(open());
    expect(paused).toEqual([]);
  });
});

test('a token that is not accepted is not used again', async () => {
  let tokens = 0;
  answer = ({ path, headers }, response) => {
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
      answer = () => {
        if (server.received.length === count) resolve();
      };
    });

  test('holds as many workers as its lane is wide, and lets them go', async () => {
    const destinations = open({ inFlight: 2 });
    const abort = new AbortController();
    const both = arrivals(2);
    const hanging = [send(destinations, abort.signal), send(destinations, abort.signal)];
    await both;
    expect(destinations.states()).toEqual([{ instance_id: 'carrier-tms', breaker: 'closed', in_flight: 2 }]);
    await expect(send(destinations)).rejects.toMatchObject({ name: 'StepWaits', code: 'destination.busy' });
    abort.abort();
    expect(await Promise.allSettled(hanging)).toEqual([expect.objectContaining({ status: 'rejected' }), expect.objectContaining({ status: 'rejected' })]);
    expect(destinations.states()).toMatchObject([{ in_flight: 0, breaker: 'closed' }]);
  });

  test('is nothing to another one', async () => {
    const other = await localServer((_request, response) => response.end());
    const places = new Map([instance!, { ...instance!, id: 'other', url: other.url }].map((place) => [place.id, place]));
    const destinations = open({ inFlight: 1, instances: { find: async (id) => places.get(id) } });
    const abort = new AbortController();
    const one = arrivals(1);
    const hanging = send(destinations, abort.signal);
    await one;
    const elsewhere = { ...order, counterparty: { ...order.counterparty, instance_id: 'other' } };
    const request = await destinations.prepare(elsewhere, sampleCleared, sampleIds);
    expect(await destinations.send(elsewhere, request, never)).toMatchObject({ answer: 'synced' });
    abort.abort();
    await expect(hanging).rejects.toThrow(RetryableError);
    await other.close();
  });

  test('is left alone after failures in a row', async () => {
    const destinations = open({ totalMs: 20, failuresToOpen: 2 });
    answer = () => {};
    for (let time = 0; time < 2; time += 1) await expect(send(destinations)).rejects.toMatchObject({ code: 'destination.timed_out' });
    await expect(send(destinations)).rejects.toMatchObject({ name: 'StepWaits', code: 'destination.circuit_open' });
    expect(destinations.states()).toMatchObject([{ breaker: 'open' }]);
  });

  test('a secret that takes for ever is cut off like the rest', async () => {
    const destinations = open({ totalMs: 20, secrets: () => new Promise(() => {}) });
    await expect(send(destinations)).rejects.toMatchObject({ code: 'destination.timed_out' });
    expect(destinations.states()).toMatchObject([{ in_flight: 0 }]);
  });
});
