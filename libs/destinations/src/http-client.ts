import type { LookupFunction } from 'node:net';
import type { OutboundRequest } from '@crossroads/order-reset';
import { Agent } from 'undici';
import type { Target } from './destination-address.js';
import { assertUsable } from './destination-address.js';
import { guardedConnector } from './guarded-connector.js';
import { readBody } from './reply-body.js';
import { transportFailure } from './transport-failure.js';

/** A destination's reply, of whatever status, cut to size. */
export interface Reply {
  status: number;
  retryAfter: string | undefined;
  body: string;
  /** What is odd about the body, as a sentence; empty when nothing is. */
  note: string;
}

/** One request and its reply. Throws StepUnavailable when there is no whole reply; follows no redirect. */
export type HttpClient = (request: OutboundRequest, signal: AbortSignal) => Promise<Reply>;

export interface HttpOptions {
  isAllowedPrivate: (target: Target) => boolean;
  connectMs: number;
  replyBytes: number;
  lookup?: LookupFunction | undefined;
}

const headerBytes = 16_384;

/** The one door to the network. */
export const openHttpClient = ({ replyBytes, ...options }: HttpOptions): { send: HttpClient; close(): Promise<void> } => {
  // Time in all is the caller's to limit, by the signal; undici's own limits start anew with every byte.
  const agent = new Agent({ connect: guardedConnector(options), maxHeaderSize: headerBytes, headersTimeout: 0, bodyTimeout: 0 });
  return {
    async send({ method, url, headers, body }, signal) {
      try {
        assertUsable(url, options.isAllowedPrivate);
        const { origin, pathname, search } = new URL(url);
        const reply = await agent.request({
          origin,
          path: pathname + search,
          method,
          headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'crossroads', ...headers },
          body,
          signal,
        });
        const { text, note } = await readBody(reply.body, one(reply.headers['content-encoding'])?.toLowerCase() ?? '', replyBytes);
        return { status: reply.statusCode, retryAfter: one(reply.headers['retry-after']), body: text, note };
      } catch (error) {
        throw transportFailure(error);
      }
    },
    close: () => agent.destroy(),
  };
};

/** A header sent twice says nothing certain. */
const one = (value: string | string[] | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
