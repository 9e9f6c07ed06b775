import type { Adapter, AdapterTools } from './adapter.js';
import { gravitateSd } from './adapters/gravitate-sd.adapter.js';
import { webhook } from './adapters/webhook.adapter.js';

/** Every kind of system a reset can be sent to. A new adapter is one more line. */
export const adapters = (tools: AdapterTools): readonly Adapter[] => [
  gravitateSd(tools),
  webhook(tools),
];
