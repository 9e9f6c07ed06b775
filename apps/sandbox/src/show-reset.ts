import type { CrossroadsLogV2, ResetProgress, ResetReply } from '@crossroads/contract';
import type { OrderRecord } from '@crossroads/store';
import { orderReader } from '@crossroads/store';
import type { Face } from './face.js';
import type { Sandbox } from './sandbox.js';

/** Resets the last sample order the way any caller would, and shows it happen: the order before, each step, the order after. */
export const showReset = async ({ face, store }: Pick<Sandbox, 'face' | 'store'>, say: (line: string) => void): Promise<ResetProgress> => {
  const order = face.orders.at(-1)!;
  const orders = orderReader(store);
  const before = await orders.get(order.order_id);
  say(`\nResetting order ${order.order_number}, from ${order.origin} to ${order.destination}:\n`);

  const began = performance.now();
  const headers = headersOf(face, order);
  const submitted = await fetch(`${face.intake_url}/v1/order/reset`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ order: { order_number: order.order_number } }),
  });
  if (!submitted.ok) throw new Error(`The intake answered ${submitted.status}: ${await submitted.text()}`);
  const { log } = (await submitted.json()) as ResetReply;

  const seen = new Set<string>();
  for (;;) {
    const progress = (await (await fetch(`${face.intake_url}/v1/order/reset/${log!.correlation_id}`, { headers })).json()) as ResetProgress;
    for (const entry of progress.logs.filter(({ _id }) => !seen.has(_id))) {
      seen.add(entry._id);
      say(line(entry));
    }
    if (progress.done) {
      say(`  ${progress.status === 'synced' ? '✔' : '✘'} ${progress.status} after ${Math.round(performance.now() - began)} ms\n`);
      say(table(before!, (await orders.get(order.order_id))!));
      return progress;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};

/** As the order's origin, for its destination. */
export const headersOf = ({ tenants }: Face, { origin, destination }: Face['orders'][number]): Record<string, string> => ({
  'X-API-Key': tenants.find(({ name }) => name === origin)!.api_key,
  'X-Dest-Tenant-Name': destination,
});

const line = ({ date, title, detail }: CrossroadsLogV2): string => `  ${date.slice(11, 23)}  ${title.padEnd(36)} ${detail.message}`;

const table = (before: OrderRecord, after: OrderRecord): string =>
  [
    ['', 'before', 'after'],
    ['BOLs', before.bols.length, after.bols.length],
    ['executed drops', before.executed_drops.length, after.executed_drops.length],
    ['planned drops', before.drops.length, after.drops.length],
    ['progression', before.progression_state, after.progression_state],
    ['version', before.version, after.version],
  ]
    .map(([what, was, is]) => `  ${String(what).padEnd(16)}${String(was).padEnd(14)}${String(is)}`)
    .join('\n');
