import type { DestinationReply, Destinations, OutboundRequest } from '@crossroads/order-reset';
import { DeferStep, RetryableError } from '@crossroads/saga';
import type { Reach } from './reach.js';
import { immediate } from './reach.js';

export interface MemoryDestination extends Destinations {
  /** Received requests, oldest first. */
  received: { key: string; body: string }[];
  /** The next answers, or errors to throw; `synced` when the list is empty. `conflict`: HTTP 409. A DeferStep holds the request back. */
  answers: (DestinationReply['answer'] | 'conflict' | Error)[];
  policy: { onRejection: 'restore' | 'keep' };
  /** Called when a request arrives. */
  onArrival: (key: string) => void;
}

/** Creates a destination in memory with configurable answers. */
export const memoryDestination = (reach: Reach = immediate): MemoryDestination => {
  const received: MemoryDestination['received'] = [];
  const answers: MemoryDestination['answers'] = [];
  const policy: MemoryDestination['policy'] = { onRejection: 'restore' };
  /** Answers by idempotency key: a retry gets the same answer. */
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
    async send(_order, begin) {
      if (answers[0] instanceof DeferStep) throw answers.shift() as DeferStep;
      const { request, isRepeated } = await begin();
      const key = request.headers['Idempotency-Key']!;
      const answer = await reach.read('destinations.send', () => {
        received.push({ key, body: request.body });
        destination.onArrival(key);
        if (answers[0] === 'conflict') return answers.shift()!;
        const answer = known.get(key) ?? answers.shift() ?? 'synced';
        if (!(answer instanceof Error) && answer !== 'conflict') known.set(key, answer);
        return answer;
      });
      if (answer instanceof Error) throw answer;
      if (answer === 'conflict') {
        if (isRepeated) throw new RetryableError('destination.conflict', 'The destination answered 409 to a repeated request.');
        return { answer: 'rejected', message: 'The destination answered 409.', http_status: 409, body: '' };
      }
      return { answer, message: `The destination answered ${answer}.`, http_status: answer === 'rejected' ? 422 : 200, body: '' };
    },
  };
  return destination;
};
