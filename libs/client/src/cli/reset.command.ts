import type { Command } from './command.js';
import { needed, noWords, text, UsageError } from './command.js';
import { exitCodes } from './exit-codes.js';
import { follow, followOptions, followInput } from './follow.js';

export const resetCommand: Command = {
  name: 'reset',
  usage: '--order-number NUMBER --to TENANT [--wait]',
  summary: 'Take an order back to the start.',
  more: `Clears its BOLs and executed drops, sets it to NO_PROGRESS and tells the tenant at the other end.
The request is kept before it is answered; without --wait the command ends then, with the id to ask by.

To be able to repeat it after a crash of your own, send a key of your own: the same key never asks for a second reset.

  crossroads reset --order-number 4714 --to "Cartage North" --wait
  crossroads reset --order-number 4714 --to "Cartage North" --idempotency-key "recall-4714" --json`,
  options: {
    'order-number': { type: 'string', value: 'NUMBER', description: 'your number of the order' },
    'order-id': { type: 'string', value: 'ID', description: 'its Crossroads id, instead or as well' },
    to: { type: 'string', value: 'TENANT', description: 'the tenant at the other end' },
    ...followOptions,
    'idempotency-key': { type: 'string', value: 'KEY', description: 'the same key is the same reset for seven days; made up when left out' },
    'correlation-id': { type: 'string', value: 'ID', description: 'your own name for the reset; made up when left out' },
  },
  async run(values, words, tools) {
    noWords(words);
    const [order_number, order_id] = [text(values, 'order-number'), text(values, 'order-id')];
    if (order_number === undefined && order_id === undefined) throw new UsageError('Which order? Give --order-number or --order-id.');
    const input = followInput(values);
    const accepted = await tools.client().reset({
      order_number,
      order_id,
      destTenantName: needed(values, 'to'),
      idempotencyKey: text(values, 'idempotency-key'),
      correlationId: text(values, 'correlation-id'),
      signal: tools.signal,
    });
    const { correlationId, idempotencyKey, replayed, ...reply } = accepted;
    const names = { idempotency_key: idempotencyKey, replayed };
    tools.say(`${replayed ? 'Accepted before' : 'Accepted'}: ${correlationId}`);
    if (input) return follow(correlationId, input, tools, names);
    tools.say(`To follow it:\n  crossroads status ${correlationId} --wait`);
    tools.json({ ...reply, correlation_id: correlationId, ...names });
    return exitCodes.done;
  },
};
