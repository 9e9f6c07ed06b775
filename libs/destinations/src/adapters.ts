import type { Adapter, AdapterTools } from './adapter.js';
import { gravitateSd } from './adapters/gravitate-sd.adapter.js';
import { webhook } from './adapters/webhook.adapter.js';

/** The `source_system` of each adapter, for commands that create instances. */
export const sourceSystems = ['gravitate_sd', 'webhook'] as const;

/** Lists every kind of system that a reset can be sent to. Add a new adapter here. */
export const adapters = (tools: AdapterTools): readonly Adapter[] => [
  gravitateSd(tools),
  webhook(tools),
];
