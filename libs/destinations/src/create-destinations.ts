import type { LookupFunction } from 'node:net';
import type { Destinations } from '@crossroads/order-reset';
import { adapters } from './adapters.js';
import { privateHosts } from './destination-address.js';
import type { Instances } from './destination-instance.js';
import { Directory } from './directory.js';
import type { DestinationState } from './dispatch.js';
import { Dispatch } from './dispatch.js';
import { openHttpClient } from './http-client.js';
import type { DestinationLimits } from './destination-limiter.js';

export interface DestinationsOptions extends Partial<DestinationLimits> {
  instances: Instances;
  /** The secret behind a reference; see `secretStore`. */
  secrets: (ref: string) => Promise<string>;
  /** Hosts (or host:port) that may be private and spoken to without TLS. Empty in production. */
  allowedPrivateHosts: readonly string[];
  /** Told when a destination says it is gone for good (410); it should be paused until an operator has looked. */
  pause?: (instanceId: string, reason: string) => Promise<void>;
  now?: () => Date;
  lookup?: LookupFunction;
  /** Milliseconds to open a connection; 3,000. */
  connectMs?: number;
  /** Milliseconds for an attempt from its first word to the reply's last; 15,000. */
  totalMs?: number;
  /** Bytes of a reply that are read; 65,536. */
  replyBytes?: number;
}

export interface OpenDestinations extends Destinations {
  /** Of every destination this process has sent to. */
  states(): DestinationState[];
  close(): Promise<void>;
}

/** The systems at the other end, each spoken to by the adapter of its `source_system`. */
export const createDestinations = (options: DestinationsOptions): OpenDestinations => {
  const { instances, secrets, pause, lookup, now = () => new Date(), connectMs = 3_000, totalMs = 15_000, replyBytes = 65_536 } = options;
  const { inFlight = 64, failuresToOpen = 5, halfOpenAfterMs = 10_000 } = options;
  const isAllowedPrivate = privateHosts(options.allowedPrivateHosts);
  const { send, close } = openHttpClient({ isAllowedPrivate, connectMs, replyBytes, lookup });
  const directory = new Directory(instances, adapters({ send, now, totalMs }), isAllowedPrivate);
  const dispatch = new Dispatch({ send, secrets, pause, now, totalMs, limiters: { inFlight, failuresToOpen, halfOpenAfterMs } });
  return {
    check: (order) => directory.check(order),
    async prepare(order, cleared, ids) {
      const { instance, adapter } = await directory.entry(order);
      return adapter.prepare(order, cleared, ids, instance);
    },
    async send(order, request, signal) {
      return dispatch.send(await directory.entry(order), request, signal);
    },
    states: () => dispatch.states(),
    close,
  };
};
