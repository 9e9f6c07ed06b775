import type { DestinationReply, Order, OutboundRequest, SnapshotInfo } from '@crossroads/order-reset';
import type { DestinationInstance } from './destination-instance.js';
import type { HttpClient } from './http-client.js';
import type { ReplyBody } from './reply-body.js';

/** Translates a reset for one kind of destination system. Connections, limits and failures are handled outside the adapter. */
export interface Adapter {
  /** The instances' `source_system` that this adapter serves. */
  sourceSystem: string;
  /** Throws NonRetryableError when this order can never be sent. Called before anything is cleared. */
  check(order: Order): void;
  /**
   * Returns the request that is stored, shown and sent at every attempt. The same arguments must give the same bytes,
   * so this method is synchronous and gets no clock. The request must not contain a secret.
   */
  prepare(order: Order, cleared: SnapshotInfo, ids: DispatchIds, instance: DestinationInstance): OutboundRequest;
  /** Returns the headers of this attempt only: signatures, tokens. Their values are redacted wherever the destination repeats them. */
  authorize(request: OutboundRequest, instance: DestinationInstance, secret: string, signal: AbortSignal): Promise<Record<string, string>>;
  /** Interprets a reply whose status usually shows the outcome: a 2xx, 400, 404, 409, 410, 413 or 422. */
  read(reply: AdapterReply): Reading;
  /** Discards cached credentials. Called when the destination replied 401 to the headers of `authorize`. */
  forget?(instance: DestinationInstance): void;
}

/** A reply as an adapter gets it. Its text is at most 64 kB of any content. */
export interface AdapterReply extends ReplyBody {
  status: number;
  /** Whether the destination may have received this request before. */
  isRepeated: boolean;
  hasRetryAfter: boolean;
}

/** What a reply means. `unknown`: the reply does not show whether the destination processed the reset, so the request is retried. */
export type Reading = DestinationReply | { answer: 'unknown'; code: string; message: string };

export interface DispatchIds {
  /** The same at every attempt, so that the destination can recognise a retry. */
  dispatchKey: string;
  correlationId: string;
}

/** Dependencies of an adapter. */
export interface AdapterTools {
  send: HttpClient;
  now: () => Date;
  /** Time limit of one attempt, in milliseconds. */
  totalMs: number;
}
