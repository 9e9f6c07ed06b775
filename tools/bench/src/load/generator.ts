import type { Child } from '../harness/processes.js';
import { forkProcess, nextMessage, request } from '../harness/processes.js';
import type { Pace, Saturation, Target } from './load.js';
import type { ResetLoad, SentResets } from './resets.js';

export interface Latencies {
  /** Milliseconds, unsorted. */
  latencies: number[];
  failed: number;
}

/** The process with the callers and the simulated destination. */
export interface LoadGenerator {
  pid: number;
  sinkUrl: string;
  /** Returns the number of dispatches that have reached the destination. */
  arrived(): Promise<number>;
  saturate(target: Target, connections: number, forMs: number): Promise<Saturation>;
  /** Measures response times at a fixed rate. */
  pace(target: Target, pace: Pace): Promise<Latencies>;
  /** Measures the time from a request to its dispatch at the destination. */
  endToEnd(target: Target, pace: Pace): Promise<Latencies>;
  /** Sends resets to the whole product and measures the responses. */
  resets(target: Target, load: ResetLoad): Promise<SentResets>;
}

export const startLoadGenerator = async (children: Child[]): Promise<LoadGenerator> => {
  const child = forkProcess('load/generator-process.js');
  children.push(child);
  const { url } = await nextMessage<{ url: string }>(child, 'ready');
  return {
    pid: child.pid,
    sinkUrl: url,
    arrived: async () => (await request<{ count: number }>(child, { kind: 'count' })).count,
    saturate: (target, connections, forMs) => request(child, { kind: 'saturate', target, connections, forMs }),
    pace: (target, pace) => request(child, { kind: 'pace', target, pace }),
    endToEnd: (target, pace) => request(child, { kind: 'end-to-end', target, pace }),
    resets: (target, load) => request(child, { kind: 'resets', target, load }),
  };
};
