import type { DestinationReply, Destinations, OutboundRequest } from '@crossroads/order-reset';

export interface MemoryDestination extends Destinations {
  /** What arrived, in order. */
  received: { key: string; body: string }[];
  /** The next answers, each an answer or an error to throw; `synced` when it runs out. */
  answers: (DestinationReply['answer'] | Error)[];
  terms: { onRefusal: 'restore' | 'keep' };
}

/** A destination in memory that does as it is told. */
export const memoryDestination = (): MemoryDestination => {
  const received: MemoryDestination['received'] = [];
  const answers: MemoryDestination['answers'] = [];
  const terms: MemoryDestination['terms'] = { onRefusal: 'restore' };
  return {
    received,
    answers,
    terms,
    check: async () => ({ on_refusal: terms.onRefusal }),
    prepare: async (order, cleared, { dispatchKey }): Promise<OutboundRequest> => ({
      method: 'POST',
      url: 'memory:destination',
      headers: { 'Idempotency-Key': dispatchKey },
      body: JSON.stringify({ order_number: order.counterparty.order_number, cleared }),
    }),
    async send(_order, request) {
      received.push({ key: request.headers['Idempotency-Key']!, body: request.body });
      const answer = answers.shift() ?? 'synced';
      if (answer instanceof Error) throw answer;
      return { answer, message: `The destination answered ${answer}.`, http_status: answer === 'refused' ? 422 : 200, body: '' };
    },
  };
};
