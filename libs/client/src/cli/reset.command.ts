import type { Command } from './command.js';
import { noWords, requiredText, text, UsageError } from './command.js';
import { exitCodes } from './exit-codes.js';
import { follow, followOptions, followInput } from './follow.js';

export const resetCommand: Command = {
  name: 'reset',
  usage: '--order-number NUMBER --to TENANT [--wait]',
  summary: 'Reset an order.',
  details: `Clears BOLs and executed drops, sets the order to NO_PROGRESS, and sends the reset to the other tenant.
Without --wait, the command ends as soon as the service has stored the request, and prints the correlation id.

To repeat the command safely, set an idempotency key: the same key never creates a second reset.

  crossroads reset --order-number 4714 --to "Cartage North" --wait
  crossroads reset --order-number 4714 --to "Cartage North" --idempotency-key "recall-4714" --json`,
  options: {
    'order-number': { type: 'string', value: 'NUMBER', description: 'your number for the order' },
    'order-id': { type: 'string', value: 'ID', description: 'the Crossroads id of the order, instead of the number or with it' },
    to: { type: 'string', value: 'TENANT', description: 'the other tenant of the order' },
    ...followOptions,
    'idempotency-key': { type: 'string', value: 'KEY', description: 'for seven days, the same key returns the same reset; default: generated' },
    'correlation-id': { type: 'string', value: 'ID', description: 'your own id for the reset; default: generated' },
  },
  async run(values, words, tools) {
    noWords(words);
    const [order_number, order_id] = [text(values, 'order-number'), text(values, 'order-id')];
    if (order_number === undefined && order_id === undefined) throw new UsageError('The order is missing. Set --order-number or --order-id.');
    const input = followInput(values);
    const accepted = await tools.client().reset({
      order_number,
      order_id,
      destTenantName: requiredText(values, 'to'),
      idempotencyKey: text(values, 'idempotency-key'),
      correlationId: text(values, 'correlation-id'),
      signal: tools.signal,
    });
    const { correlationId, idempotencyKey, replayed, ...reply } = accepted;
    const extraMembers = { idempotency_key: idempotencyKey, replayed };
    tools.print(`${replayed ? 'Accepted before' : 'Accepted'}: ${correlationId}`);
    if (input) return follow(correlationId, input, tools, extraMembers);
    tools.print(`To follow it:\n  crossroads status ${correlationId} --wait`);
    tools.json({ ...reply, correlation_id: correlationId, ...extraMembers });
    return exitCodes.done;
  },
};
