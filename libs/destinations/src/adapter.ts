import type { DestinationReply, Order, OutboundRequest, SnapshotInfo } from '@crossroads/order-reset';
import type { DestinationInstance } from './destination-instance.js';
import type { HttpClient } from './http-client.js';

/** How one kind of system is spoken to. Everything about connections, limits and failures is done around it. */
export interface Adapter {
  /** The instances' `source_system` this adapter is for. */
  sourceSystem: string;
  /** Throws StepRefused when this order could never be sent: asked before anything is cleared. */
  check(order: Order): void;
  /**
   * The request as it is stored, shown and sent at every attempt. The same arguments must give the same bytes, and
   * nothing secret may be in them; that is why it can wait for nothing and is given neither a clock nor the secret.
   */
  prepare(order: Order, cleared: SnapshotInfo, ids: DispatchIds, instance: DestinationInstance): OutboundRequest;
  /** Headers only this attempt carries: signatures, tokens. Their values are masked wherever the destination repeats them. */
  authorize(request: OutboundRequest, instance: DestinationInstance, secret: string, signal: AbortSignal): Promise<Record<string, string>>;
  /** Reads an answer that is known: a 2xx, 400, 404, 409, 410, 413 or 422. `body` is at most 64 kB of anything at all. */
  read(status: number, body: string): DestinationReply;
  /** The destination answered 401 to what `authorize` gave: whatever was kept of it is worth nothing. */
  forget?(instance: DestinationInstance): void;
}

export interface DispatchIds {
  /** The same at every attempt, so that the destination can tell a repetition. */
  dispatchKey: string;
  correlationId: string;
}

/** What an adapter may be built with. */
export interface AdapterTools {
  send: HttpClient;
  now: () => Date;
  /** Milliseconds one attempt may take. */
  totalMs: number;
}
