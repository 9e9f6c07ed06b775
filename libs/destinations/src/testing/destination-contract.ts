import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DestinationReply, OutboundRequest } from '@crossroads/order-reset';
import { RetryableError } from '@crossroads/saga';
import { destinationsContract } from '@crossroads/testkit';
import type { OpenDestinations } from '../create-destinations.js';
import { createDestinations } from '../create-destinations.js';
import type { DestinationInstance } from '../destination-instance.js';
import type { Answer, LocalServer, Received } from './local-server.js';
import { localServer } from './local-server.js';
import { sampleCleared, sampleIds, sampleOrder } from './samples.js';

/** What an adapter's test says of the system it speaks to. */
export interface AdapterWorld {
  sourceSystem: string;
  /** Held at the instance's `secret_ref`. */
  secret: string;
  /** Pieces of the secret, and what is got with them, that must appear nowhere. */
  hidden: readonly string[];
  /** Answers what comes before the reset itself, such as a token request; false when it is the reset. */
  before?(request: Received, response: ServerResponse): boolean;
  /** Throws unless the destination could tell that the request is ours. */
  assertAuthentic(request: Received): void;
}

/** What every adapter does, whatever it speaks to. */
export const destinationContract = (name: string, makeWorld: () => AdapterWorld): void => {
  describe(`${name} keeps the contract`, () => {
    const order = sampleOrder();
    const signal = new AbortController().signal;
    let world: AdapterWorld;
    let server: LocalServer;
    let resets: Received[];
    let answer: Answer;
    let destinations: OpenDestinations;

    beforeEach(async () => {
      world = makeWorld();
      resets = [];
      answer = (_request, response) => response.end('{}');
      server = await localServer((request, response) => {
        if (world.before?.(request, response)) return;
        resets.push(request);
        answer(request, response);
      });
      const instance: DestinationInstance = {
        id: 'carrier-tms',
        tenant_id: 'carrier',
        name: 'TMS',
        source_system: world.sourceSystem,
        url: `${server.url}/base`,
        secret_ref: 'env:SECRET',
      };
      destinations = createDestinations({
        instances: { find: async (id) => (id === instance.id ? instance : undefined) },
        secrets: async () => world.secret,
        allowedPrivateHosts: [new URL(server.url).host],
        failuresToOpen: 1_000,
      });
    });

    afterEach(async () => {
      await destinations.close();
      await server.close();
    });

    const prepared = () => destinations.prepare(order, sampleCleared, sampleIds);
    const sent = async (): Promise<DestinationReply> => destinations.send(order, await prepared(), signal);
    const failure = async (): Promise<RetryableError> => {
      const error: unknown = await sent().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(RetryableError);
      return error as RetryableError;
    };
    const answering = (status: number, body = '', headers: Record<string, string> = {}) => {
      answer = (_request, response) => void response.writeHead(status, headers).end(body);
    };

    destinationsContract(name, async () => ({
      destinations,
      order,
      next: (fate) => {
        if (fate === 'lost') answer = (_request, response) => response.destroy();
        else answering({ synced: 200, requested: 202, rejected: 422 }[fate], JSON.stringify({ status: fate }));
      },
      arrived: () => resets.map(({ body }) => body),
    }));

    test('no secret is in the request', async () => {
      const request: OutboundRequest = await prepared();
      for (const secret of world.hidden) expect(JSON.stringify(request)).not.toContain(secret);
    });

    test('what was prepared is what arrives, and is known for ours', async () => {
      const request = await prepared();
      await destinations.send(order, request, signal);
      expect(resets).toHaveLength(1);
      expect(resets[0]).toMatchObject({ method: 'POST', path: new URL(request.url).pathname, body: request.body, headers: request.headers });
      world.assertAuthentic(resets[0]!);
    });

    test('sent twice it has the same key', async () => {
      answer = (_request, response) => response.destroy();
      await failure();
      answering(200);
      await sent();
      const [first, second] = resets.map(({ headers }) => ({ key: headers['idempotency-key'], id: headers['webhook-id'] }));
      expect(second).toEqual(first);
    });

    test.each<[status: number, body: string, answer: DestinationReply['answer']]>([
      [200, '{}', 'synced'],
      [200, 'null', 'synced'],
      [200, '', 'synced'],
      [200, '<html>', 'synced'],
      [200, '{"status":', 'synced'],
      [200, '{"status":"requested"}', 'synced'],
      [201, '[]', 'synced'],
      [202, '{"status":"requested"}', 'requested'],
      [202, '{"status":"rejected"}', 'synced'],
      [202, '["requested"]', 'synced'],
      [204, '', 'synced'],
      [400, '{"detail":"No"}', 'rejected'],
      [404, '{"detail":"Not Found"}', 'rejected'],
      [409, '', 'rejected'],
      [410, '', 'rejected'],
      [413, '', 'rejected'],
      [422, '{"detail":[{"msg":"No"}]}', 'rejected'],
      [422, '{"detail":[null]}', 'rejected'],
    ])('%i %s is known', async (status, body, answer) => {
      answering(status, body);
      expect(await sent()).toMatchObject({ answer, http_status: status, body });
    });

    test.each<[status: number, code: string]>([
      [300, 'destination.redirected'],
      [304, 'destination.redirected'],
      [401, 'destination.credentials_rejected'],
      [402, 'destination.unavailable'],
      [403, 'destination.credentials_rejected'],
      [408, 'destination.unavailable'],
      [418, 'destination.unavailable'],
      [425, 'destination.unavailable'],
      [429, 'destination.rate_limited'],
      [500, 'destination.unavailable'],
      [502, 'destination.unavailable'],
      [503, 'destination.unavailable'],
      [504, 'destination.unavailable'],
      [599, 'destination.unavailable'],
    ])('%i is not known', async (status, code) => {
      const body = status === 304 ? '' : '{"detail":"Not now"}';
      answering(status, body, { 'retry-after': '7' });
      const told = { reply: { http_status: status, body } };
      expect(await failure()).toMatchObject({ code, retryAfterMs: 7_000, detail: { extra_data: told } });
    });

    test.each([301, 302, 303, 307, 308])('%i is not followed', async (status) => {
      answering(status, '', { location: `${server.url}/elsewhere` });
      expect((await failure()).code).toBe('destination.redirected');
      expect(server.received.filter(({ path }) => path === '/elsewhere')).toEqual([]);
      expect(resets).toHaveLength(1);
    });

    test.each<[title: string, misbehave: Answer]>([
      ['before the reply', (_request, response) => response.destroy()],
      ['within the head', (_request, response) => response.socket!.end('HTTP/1.1 200 OK\r\ncontent-le')],
      ['within the body', (_request, response) => response.socket!.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')],
      ['within a chunk', (_request, response) => response.socket!.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf')],
    ])('a connection lost %s is not known', async (_title, misbehave) => {
      answer = misbehave;
      expect((await failure()).code).toMatch(/^destination\.(unavailable|garbled)$/);
    });

    test.each([200, 422, 500])('a destination that repeats what it was sent gives nothing away (%i)', async (status) => {
      answer = ({ headers, body }, response) => void response.writeHead(status).end(JSON.stringify({ detail: { headers, body } }));
      const heard: unknown = await sent().catch((error: unknown) => error);
      const told = JSON.stringify([heard, String(heard), (heard as Partial<RetryableError>).detail]);
      for (const secret of world.hidden) expect(told).not.toContain(secret);
    });
  });
};
