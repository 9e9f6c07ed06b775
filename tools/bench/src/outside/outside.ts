import type { Child } from '../world/child.js';
import { asked, heard, runOwn } from '../world/child.js';
import type { Pace, Saturation } from './load.js';
import type { Target } from './requests.js';

export interface Latencies {
  /** Milliseconds, in no order. */
  latencies: number[];
  failed: number;
}

/** The callers and the destination, as the bench speaks to them. */
export interface Outside {
  pid: number;
  sinkUrl: string;
  /** Dispatches that the sink has answered. */
  arrived(): Promise<number>;
  saturate(target: Target, connections: number, forMs: number): Promise<Saturation>;
  /** Latency of the answer. */
  pace(target: Target, pace: Pace): Promise<Latencies>;
  /** Latency from the request to the dispatch at the sink. */
  endToEnd(target: Target, pace: Pace): Promise<Latencies>;
}

export const startOutside = async (children: Child[]): Promise<Outside> => {
  const child = runOwn('outside/outside-process.js');
  children.push(child);
  const { url } = await heard<{ url: string }>(child, 'ready');
  return {
    pid: child.pid,
    sinkUrl: url,
    arrived: async () => (await asked<{ count: number }>(child, { kind: 'count' })).count,
    saturate: (target, connections, forMs) => asked(child, { kind: 'saturate', target, connections, forMs }),
    pace: (target, pace) => asked(child, { kind: 'pace', target, pace }),
    endToEnd: (target, pace) => asked(child, { kind: 'end-to-end', target, pace }),
  };
};
