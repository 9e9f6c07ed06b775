import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DestinationReply, OutboundRequest } from '@crossroads/order-reset';
import { RetryableError } from '@crossroads/saga';
import type { LocalServer, ReceivedRequest, RequestHandler } from '@crossroads/testkit';
import { destinationsContract, startLocalServer } from '@crossroads/testkit';
import type { OpenDestinations } from '../create-destinations.js';
import { createDestinations } from '../create-destinations.js';
import type { DestinationInstance } from '../destination-instance.js';
import { sampleCleared, sampleIds, sampleOrder } from './samples.js';

/** Describes the system of an adapter to the contract. */
export interface AdapterFixture {
  sourceSystem: string;
  /** The secret behind the instance's `secret_ref`. */
  secret: string;
  /** Parts of the secret, and tokens obtained with it, that must not appear anywhere. */
  hidden: readonly string[];
  /** Handles requests that precede the reset, such as a token request. Returns false for the reset itself. */
  before?(request: ReceivedRequest, response: ServerResponse): boolean;
  /** Throws when the destination cannot verify that the request came from this service. */
  assertAuthentic(request: ReceivedRequest): void;
}

/** Tests that every adapter must pass. */
export const destinationContract = (name: string, makeFixture: () => AdapterFixture): void => {
  describe(`${name} fulfils the contract of adapters`, () => {
    const order = sampleOrder();
    const signal = new AbortController().signal;
    let fixture: AdapterFixture;
    let server: LocalServer;
    let resets: ReceivedRequest[];
    let handle: RequestHandler;
    let destinations: OpenDestinations;

    beforeEach(async () => {
      fixture = makeFixture();
      resets = [];
      handle = (_request, response) => response.end('{}');
      server = await startLocalServer((request, response) => {
        if (fixture.before?.(request, response)) return;
        resets.push(request);
        handle(request, response);
      });
      const instance: DestinationInstance = {
        id: 'carrier-tms',
        tenant_id: 'carrier',
        name: 'TMS',
        source_system: fixture.sourceSystem,
        url: `${server.url}/base`,
        secret_ref: 'env:SECRET',
      };
      destinations = createDestinations({
        instances: { find: async (id) => (id === instance.id ? instance : undefined) },
        secrets: async () => fixture.secret,
        allowedPrivateHosts: [new URL(server.url).host],
        failuresToOpen: 1_000,
      });
    });

    afterEach(async () => {
      await destinations.close();
      await server.close();
    });

    const prepared = () => destinations.prepare(order, sampleCleared, sampleIds);
    const sent = async (isRepeated = false): Promise<DestinationReply> => {
      const request = await prepared();
      return destinations.send(order, async () => ({ request, isRepeated }), signal);
    };
    const failure = async (): Promise<RetryableError> => {
      const error: unknown = await sent().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(RetryableError);
      return error as RetryableError;
    };
    const answering = (status: number, body = '', headers: Record<string, string> = {}) => {
      handle = (_request, response) => void response.writeHead(status, headers).end(body);
    };

    destinationsContract(name, async () => ({
      destinations,
      order,
      next: (fate) => {
        if (fate === 'lost') handle = (_request, response) => response.destroy();
        else answering({ synced: 200, requested: 202, rejected: 422, conflict: 409 }[fate], JSON.stringify({ status: fate }));
      },
      arrived: () => resets.map(({ body }) => body),
    }));

    test('the request contains no secret', async () => {
      const request: OutboundRequest = await prepared();
      for (const secret of fixture.hidden) expect(JSON.stringify(request)).not.toContain(secret);
    });

    test('the destination receives the prepared request and can verify its sender', async () => {
      const request = await prepared();
      await destinations.send(order, async () => ({ request, isRepeated: false }), signal);
      expect(resets).toHaveLength(1);
      expect(resets[0]).toMatchObject({ method: 'POST', path: new URL(request.url).pathname, body: request.body, headers: request.headers });
      fixture.assertAuthentic(resets[0]!);
    });

    test('a retry has the same idempotency key', async () => {
      handle = (_request, response) => response.destroy();
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
      [202, '{"status":" Requested "}', 'requested'],
      [202, '{"status":"REQUESTED"}', 'requested'],
      [202, '', 'synced'],
      [202, 'Accepted', 'synced'],
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
    ])('%i %s has a known outcome', async (status, body, answer) => {
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
    ])('%i has an unknown outcome and is retried', async (status, code) => {
      const body = status === 304 ? '' : '{"detail":"Not now"}';
      answering(status, body, { 'retry-after': '7' });
      const extra_data = { reply: { http_status: status, body } };
      expect(await failure()).toMatchObject({ code, retryAfterMs: 7_000, detail: { extra_data } });
    });

    test.each<[title: string, body: Buffer, headers: Record<string, string>]>([
      ['has a byte order mark', Buffer.from('\ufeff{"status":"requested"}'), {}],
      ['is UTF-16 with a byte order mark', Buffer.from('\ufeff{"status":"requested"}', 'utf16le'), {}],
      ['is UTF-16 by its charset', Buffer.from('{"status":"requested"}', 'utf16le'), { 'content-type': 'application/json; charset=utf-16' }],
      ['has two encodings, one of them identity', gzipSync('{"status":"requested"}'), { 'content-encoding': 'gzip, identity' }],
    ])('a 202 whose body %s is read', async (_title, body, headers) => {
      handle = (_request, response) => void response.writeHead(202, headers).end(body);
      expect(await sent()).toMatchObject({ answer: 'requested', body: '{"status":"requested"}' });
    });

    const large = JSON.stringify({ padding: 'x'.repeat(70_000), status: 'requested' });
    test.each<[title: string, body: Buffer | string, headers: Record<string, string>]>([
      ['is larger than 64 kB', large, {}],
      ['is compressed and larger than 64 kB', gzipSync(large), { 'content-encoding': 'gzip' }],
      ['has an unknown encoding', Buffer.from('x'), { 'content-encoding': 'zstd' }],
      ['is compressed twice', gzipSync(gzipSync('{"status":"requested"}')), { 'content-encoding': 'gzip, gzip' }],
      ['is not compressed as stated', '{"status":"requested"}', { 'content-encoding': 'gzip' }],
      ['is UTF-16 without a mark', Buffer.from('{"status":"requested"}', 'utf16le'), {}],
      ['is UTF-32', Buffer.from(Array.from('{"status":"requested"}', (character) => `${character}\0\0\0`).join(''), 'latin1'), {}],
      ['has an unknown charset', '{"status":"requested"}', { 'content-type': 'application/json; charset=klingon' }],
      ['is incomplete JSON', '{"status":', {}],
      ['is not JSON', "{'status': 'requested'}", {}],
      ['is HTML', '<p>requested</p>', {}],
    ])('a 202 whose body %s has an unknown outcome', async (_title, body, headers) => {
      handle = (_request, response) => void response.writeHead(202, headers).end(body);
      expect(await failure()).toMatchObject({ code: 'destination.unreadable_reply', detail: { extra_data: { reply: { http_status: 202 } } } });
    });

    test('a 409 with Retry-After has an unknown outcome', async () => {
      answering(409, '{"detail":"Still in progress"}', { 'retry-after': '7' });
      expect(await failure()).toMatchObject({ code: 'destination.conflict', retryAfterMs: 7_000, message: expect.stringContaining('Still in progress') });
    });

    describe('a kept connection that the destination closes before the first byte of a reply', () => {
      const closings: [title: string, close: (socket: Socket) => void][] = [
        ['by FIN', (socket) => void socket.end()],
        ['by RST', (socket) => void socket.resetAndDestroy()],
      ];
      /** Answers the first request of each connection. Closes the connection at its second request, and handles the requests after that with `then`. */
      const closingKept = (close: (socket: Socket) => void, then: RequestHandler): void => {
        const used = new Set<Socket>();
        handle = (request, response) => {
          const socket = response.socket!;
          if (lostAt !== undefined) return then(request, response);
          if (!used.has(socket)) return used.add(socket), response.end('{}');
          lostAt = resets.length - 1;
          return close(socket);
        };
      };
      /** Sends until a connection is used again, and so closed. Returns the outcome of that request. */
      const outcomeOfLost = async (): Promise<unknown> => {
        for (;;) {
          const outcome: unknown = await sent().catch((error: unknown) => error);
          if (lostAt !== undefined) return outcome;
        }
      };
      let lostAt: number | undefined;
      beforeEach(() => (lostAt = undefined));

      test.each(closings)('%s costs no attempt: the request is sent again with the same key', async (_title, close) => {
        closingKept(close, (_request, response) => response.end('{}'));
        expect(await outcomeOfLost()).toMatchObject({ answer: 'synced' });
        const [lost, resent, ...more] = resets.slice(lostAt).map(({ headers, body }) => ({ key: headers['idempotency-key'], id: headers['webhook-id'], body }));
        expect(resent).toEqual(lost);
        expect(more).toEqual([]);
      });

      test('leaves a following 409 with an unknown outcome', async () => {
        closingKept((socket) => void socket.end(), (_request, response) => void response.writeHead(409).end());
        expect(await outcomeOfLost()).toMatchObject({ constructor: RetryableError, code: 'destination.conflict' });
      });

      test('is a failure when the second connection is lost too', async () => {
        closingKept((socket) => void socket.end(), (_request, response) => void response.destroy());
        expect(await outcomeOfLost()).toMatchObject({ constructor: RetryableError, code: 'destination.unavailable' });
        expect(resets.slice(lostAt)).toHaveLength(2);
      });

      test('after a part of the reply is a failure at once', async () => {
        closingKept((socket) => void socket.end('HTTP/1.1 200 OK\r\nconte'), (_request, response) => response.end('{}'));
        expect(await outcomeOfLost()).toBeInstanceOf(RetryableError);
        expect(resets.slice(lostAt)).toHaveLength(1);
      });
    });

    test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
      answering(status, '', { location: `${server.url}/elsewhere` });
      expect((await failure()).code).toBe('destination.redirected');
      expect(server.received.filter(({ path }) => path === '/elsewhere')).toEqual([]);
      expect(resets).toHaveLength(1);
    });

    test.each<[title: string, misbehave: RequestHandler]>([
      ['before the reply', (_request, response) => response.destroy()],
      ['within the headers', (_request, response) => response.socket!.end('HTTP/1.1 200 OK\r\ncontent-le')],
      ['within the body', (_request, response) => response.socket!.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')],
      ['within a chunk', (_request, response) => response.socket!.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf')],
    ])('a connection lost %s has an unknown outcome', async (_title, misbehave) => {
      handle = misbehave;
      expect((await failure()).code).toMatch(/^destination\.(unavailable|invalid_response)$/);
    });

    test.each([200, 422, 500])('secrets are redacted in a reply that repeats the request (%i)', async (status) => {
      handle = ({ headers, body }, response) => void response.writeHead(status).end(JSON.stringify({ detail: { headers, body } }));
      const outcome: unknown = await sent().catch((error: unknown) => error);
      const text = JSON.stringify([outcome, String(outcome), (outcome as Partial<RetryableError>).detail]);
      for (const secret of fixture.hidden) expect(text).not.toContain(secret);
    });
  });
};
