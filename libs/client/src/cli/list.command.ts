import type { IntegrationStatus, ResetSummary } from '../wire.js';
import type { Command } from './command.js';
import { count, noWords, text } from './command.js';
import { exitCodes } from './exit-codes.js';

export const listCommand: Command = {
  name: 'list',
  usage: '[--status STATUS] [--order-number NUMBER] [--limit N]',
  summary: 'List your resets, newest first.',
  details: `  crossroads list --status error
  crossroads list --order-number 4714 --json`,
  options: {
    status: { type: 'string', value: 'STATUS', description: 'only resets with this status' },
    'order-number': { type: 'string', value: 'NUMBER', description: 'only resets submitted with this order number' },
    'order-id': { type: 'string', value: 'ID', description: 'only resets submitted with this order id' },
    limit: { type: 'string', value: 'N', description: 'maximum number of resets; default 20' },
  },
  async run(values, words, { client, print, json, signal }) {
    noWords(words);
    const limit = count(values, 'limit', 20);
    const items: ResetSummary[] = [];
    if (limit > 0) {
      const found = client().list({
        status: text(values, 'status') as IntegrationStatus | undefined,
        order_number: text(values, 'order-number'),
        order_id: text(values, 'order-id'),
        pageSize: Math.min(limit, 200),
        signal,
      });
      for await (const item of found) {
        items.push(item);
        print(line(item));
        if (items.length === limit) break;
      }
    }
    if (items.length === 0) print('No resets found.');
    json({ items });
    return exitCodes.done;
  },
};

const line = ({ accepted_at, status, order, dest_tenant_name, correlation_id, message }: ResetSummary): string =>
  [accepted_at.slice(0, 19).replace('T', ' '), status.padEnd(18), (order.order_number ?? order.order_id ?? '').padEnd(12), correlation_id, dest_tenant_name, ...(message ? [message] : [])].join('  ');
