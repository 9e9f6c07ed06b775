/** The world outside, in one process so that its clocks agree: the destination, and the callers. */
import type { Pace } from './load.js';
import { paced, saturate } from './load.js';
import type { Target } from './requests.js';
import { openSink } from './sink.js';

type Order =
  | { kind: 'count' }
  | { kind: 'saturate'; target: Target; connections: number; forMs: number }
  | { kind: 'pace'; target: Target; pace: Pace }
  | { kind: 'end-to-end'; target: Target; pace: Pace };

const sink = await openSink();

/** Milliseconds after the last request until a reset that has not arrived is given up. */
const patienceMs = 15_000;

const work: { [K in Order['kind']]: (order: Extract<Order, { kind: K }>) => Promise<object> } = {
  count: async () => ({ count: sink.count() }),
  saturate: ({ target, connections, forMs }) => saturate(target, connections, forMs),
  async pace({ target, pace }) {
    const latencies: number[] = [];
    let failed = 0;
    await paced(target, pace, ({ at, status }) => {
      void status.then((code) => (code === 200 ? latencies.push(performance.now() - at) : failed++));
    });
    return { latencies, failed };
  },
  async 'end-to-end'({ target, pace }) {
    const sentAt = new Map<string, number>();
    const latencies: number[] = [];
    sink.onArrival = (id, at) => {
      const sent = sentAt.get(id);
      if (sent !== undefined) latencies.push(at - sent);
      sentAt.delete(id);
    };
    await paced(target, pace, ({ correlationId, at }) => sentAt.set(correlationId, at));
    const giveUpAt = performance.now() + patienceMs;
    while (sentAt.size > 0 && performance.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 20));
    sink.onArrival = undefined;
    return { latencies, failed: sentAt.size };
  },
};

const obey = async (order: Order): Promise<void> => {
  const answer = await work[order.kind](order as never);
  process.send?.({ ...answer, kind: `${order.kind}-done` });
};
process.on('message', (order: Order) => void obey(order));
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
process.send?.({ kind: 'ready', url: sink.url });
