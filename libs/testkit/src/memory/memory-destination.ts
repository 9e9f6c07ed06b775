import type { DestinationReply, Destinations, OutboundRequest } from '@crossroads/order-reset';
import type { Reach } from './reach.js';
import { atOnce } from './reach.js';

export interface MemoryDestination extends Destinations {
  /** What arrived, in order. */
  received: { key: string; body: string }[];
  /** The next answers, each an answer or an error to throw; `synced` when it runs out. */
  answers: (DestinationReply['answer'] | Error)[];
  policy: { onRejection: 'restore' | 'keep' };
  /** Hears of every request, when it arrives. */
  onArrival: (key: string) => void;
}

/** A destination in memory that does as it is told. */
export const memoryDestination = (reach: Reach = atOnce): MemoryDestination => {
  const received: MemoryDestination['received'] = [];
  const answers: MemoryDestination['answers'] = [];
  const policy: MemoryDestination['policy'] = { onRejection: 'restore' };
  /** What it answered under a key it answers again: that is what the key is for. */
  const known = new Map<string, DestinationReply['answer']>();
  const destination: MemoryDestination = {
    received,
    answers,
    policy,
    onArrival: () => undefined,
    check: () => reach.read('destinations.check', () => ({ on_rejection: policy.onRejection })),
    prepare: (order, cleared, { dispatchKey }) =>
      reach.read('destinations.prepare', (): OutboundRequest => ({
        method: 'POST',
        url: 'memory:destination',
        headers: { 'Idempotency-Key': dispatchKey },
        body: JSON.stringify({ order_number: order.counterparty.order_number, cleared }),
      })),
    async send(_order, request) {
      const key = request.headers['Idempotency-Key']!;
      const answer = await reach.read('destinations.send', () => {
        received.push({ key, body: request.body });
        destination.onArrival(key);
        const answer = known.get(key) ?? answers.shift() ?? 'synced';
        if (!(answer instanceof Error)) known.set(key, answer);
        return answer;
      });
      if (answer instanceof Error) throw answer;
      return { answer, message: `The destination answered ${answer}.`, http_status: answer === 'rejected' ? 422 : 200, body: '' };
    },
  };
  return destination;
};
