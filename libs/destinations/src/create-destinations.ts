import type { LookupFunction } from 'node:net';
import type { Destinations } from '@crossroads/order-reset';
import type { Adapter, AdapterTools } from './adapter.js';
import { gravitateSd } from './adapters/gravitate-sd.adapter.js';
import { webhook } from './adapters/webhook.adapter.js';
import { privateHosts } from './destination-address.js';
import type { Instances } from './destination-instance.js';
import type { DestinationLimits } from './destination-limiter.js';
import { Directory } from './directory.js';
import type { DestinationState } from './dispatcher.js';
import { Dispatcher } from './dispatcher.js';
import { openHttpClient } from './http-client.js';

export interface DestinationsOptions extends Partial<DestinationLimits> {
  instances: Instances;
  /** Returns the secret that a reference names; see `secretStore`. */
  secrets: (ref: string) => Promise<string>;
  /** Hosts (or host:port) that may be private and may be used without TLS. Empty in production. */
  allowedPrivateHosts: readonly string[];
  /** Called when a destination replies 410 (gone). The destination should be paused until an operator has checked it. */
  pause?: (instanceId: string, reason: string) => Promise<void>;
  now?: () => Date;
  lookup?: LookupFunction;
  /** Time limit to open a connection, in milliseconds; 3,000. */
  connectMs?: number;
  /** Time limit of one attempt, from the connection to the last byte of the reply, in milliseconds; 15,000. */
  totalMs?: number;
  /** Bytes of a reply that are read; 65,536. */
  replyBytes?: number;
}

export interface OpenDestinations extends Destinations {
  /** Returns the state of every destination to which this process has sent a request. */
  states(): DestinationState[];
  close(): Promise<void>;
}

/** The `source_system` of each adapter, for commands that create instances. */
export const sourceSystems = ['gravitate_sd', 'webhook'] as const;

/** Lists every kind of system that a reset can be sent to. Add a new adapter here. */
export const adapters = (tools: AdapterTools): readonly Adapter[] => [
  gravitateSd(tools),
  webhook(tools),
];

/** Opens the connections to the destination systems. Each destination uses the adapter of its `source_system`. */
export const createDestinations = (options: DestinationsOptions): OpenDestinations => {
  const { instances, secrets, pause, lookup, now = () => new Date(), connectMs = 3_000, totalMs = 15_000, replyBytes = 65_536 } = options;
  const { inFlight = 64, failuresToOpen = 5, halfOpenAfterMs = 10_000 } = options;
  const isAllowedPrivate = privateHosts(options.allowedPrivateHosts);
  const { send, close } = openHttpClient({ isAllowedPrivate, connectMs, replyBytes, lookup });
  const directory = new Directory(instances, adapters({ send, now, totalMs }), isAllowedPrivate);
  const dispatcher = new Dispatcher({ send, secrets, pause, now, totalMs, limits: { inFlight, failuresToOpen, halfOpenAfterMs } });
  return {
    check: (order) => directory.check(order),
    async prepare(order, cleared, ids) {
      const { instance, adapter } = await directory.findRoute(order);
      return adapter.prepare(order, cleared, ids, instance);
    },
    async send(order, begin, signal) {
      return dispatcher.send(await directory.findRoute(order), begin, signal);
    },
    states: () => dispatcher.states(),
    close,
  };
};
