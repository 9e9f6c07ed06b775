import type { LookupFunction } from 'node:net';
import type { OutboundRequest } from '@crossroads/order-reset';
import type { Dispatcher } from 'undici';
import { Agent } from 'undici';
import type { Target } from './destination-address.js';
import { assertAllowedAddress } from './destination-address.js';
import { guardedConnector } from './guarded-connector.js';
import type { ReplyBody } from './reply-body.js';
import { readBody } from './reply-body.js';
import { staleConnections } from './stale-connections.js';
import { toTransportError } from './transport-error.js';

/** A destination's reply of any status, with its body truncated to the limit. */
export interface Reply extends ReplyBody {
  status: number;
  retryAfter: string | undefined;
  /** Whether this reply is to a second sending of the request, after its connection was lost. */
  wasResent: boolean;
}

/**
 * Sends one request and returns its reply. Follows no redirect. Throws RetryableError when there is no complete reply.
 * Sends the request once more when a kept connection turns out to be closed, so it must be safe to repeat.
 */
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
  const stale = staleConnections();
  // The caller limits the total time by the signal. The timeouts of undici restart with every byte, so they are off.
  const settings: Agent.Options = { connect: stale.observed(guardedConnector(options)), maxHeaderSize: headerBytes, headersTimeout: 0, bodyTimeout: 0 };
  const agent = new Agent(settings);
  // Opens a connection for every request. Among the kept ones, others may be closed too.
  const freshAgent = new Agent({ ...settings, pipelining: 0 });

  const send = async (by: Agent, { method, url, headers, body }: OutboundRequest, signal: AbortSignal): Promise<Omit<Reply, 'wasResent'>> => {
    const { origin, pathname, search } = new URL(url);
    const reply = await by.request({
      origin,
      path: pathname + search,
      method,
      headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'crossroads', ...headers },
      body,
      signal,
    });
    const header = (name: string) => joined(reply.headers[name]);
    const read = await readBody(reply.body, { encoding: header('content-encoding') ?? '', contentType: header('content-type') ?? '' }, replyBytes);
    return { status: reply.statusCode, retryAfter: header('retry-after'), ...read };
  };

  return {
    async send(request, signal) {
      try {
        assertAllowedAddress(request.url, options.isAllowedPrivate);
        try {
          return { ...(await send(agent, request, signal)), wasResent: false };
        } catch (error) {
          if (!stale.caused(error) || signal.aborted) throw error;
        }
        return { ...(await send(freshAgent, request, signal)), wasResent: true };
      } catch (error) {
        throw toTransportError(error);
      }
    },
    async close() {
      await Promise.all([agent.destroy(), freshAgent.destroy()]);
    },
  };
};

/** Returns the value of a header. A header that was sent twice is a list, which no reader takes for a single value. */
const joined = (value: Dispatcher.ResponseData['headers'][string]): string | undefined => (Array.isArray(value) ? value.join(', ') : value);
