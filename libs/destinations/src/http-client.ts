import type { LookupFunction } from 'node:net';
import type { OutboundRequest } from '@crossroads/order-reset';
import { Agent } from 'undici';
import type { Target } from './destination-address.js';
import { assertAllowedAddress } from './destination-address.js';
import { guardedConnector } from './guarded-connector.js';
import { readBody } from './reply-body.js';
import { toTransportError } from './transport-error.js';

/** A destination's reply of any status, with its body truncated to the limit. */
export interface Reply {
  status: number;
  retryAfter: string | undefined;
  body: string;
  /** A sentence about a body that was truncated or not decoded; empty otherwise. */
  note: string;
}

/** Sends one request and returns its reply. Follows no redirect. Throws RetryableError when there is no complete reply. */
export type HttpClient = (request: OutboundRequest, signal: AbortSignal) => Promise<Reply>;

export interface HttpOptions {
  isAllowedPrivate: (target: Target) => boolean;
  connectMs: number;
  replyBytes: number;
  lookup?: LookupFunction | undefined;
}

const headerBytes = 16_384;

/** Opens the only HTTP client of this library. */
export const openHttpClient = ({ replyBytes, ...options }: HttpOptions): { send: HttpClient; close(): Promise<void> } => {
  // The caller limits the total time by the signal. The timeouts of undici restart with every byte, so they are off.
  const agent = new Agent({ connect: guardedConnector(options), maxHeaderSize: headerBytes, headersTimeout: 0, bodyTimeout: 0 });
  return {
    async send({ method, url, headers, body }, signal) {
      try {
        assertAllowedAddress(url, options.isAllowedPrivate);
        const { origin, pathname, search } = new URL(url);
        const reply = await agent.request({
          origin,
          path: pathname + search,
          method,
          headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'crossroads', ...headers },
          body,
          signal,
        });
        const { text, note } = await readBody(reply.body, singleValue(reply.headers['content-encoding'])?.toLowerCase() ?? '', replyBytes);
        return { status: reply.statusCode, retryAfter: singleValue(reply.headers['retry-after']), body: text, note };
      } catch (error) {
        throw toTransportError(error);
      }
    },
    close: () => agent.destroy(),
  };
};

/** Returns the value of a header, or undefined when the header is missing or was sent twice. */
const singleValue = (value: string | string[] | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
