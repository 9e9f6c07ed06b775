import type { CrossroadsLogV2, ResetProgress, ResetReply } from '@crossroads/contract';
import type { OrderRecord, Store } from '@crossroads/store';
import { orderReader, withStore } from '@crossroads/store';
import type { SandboxInfo } from './sandbox-info.js';

/** Resets the last sample order over HTTP, as any caller would. Prints each log entry, and the order before and after. */
export const showReset = (info: SandboxInfo, print: (line: string) => void): Promise<ResetProgress> => withStore(info.mongodb_uri, (store) => showResetIn(store, info, print));

const showResetIn = async (store: Store, info: SandboxInfo, print: (line: string) => void): Promise<ResetProgress> => {
  const order = info.orders.at(-1)!;
  const orders = orderReader(store);
  const before = await orders.get(order.order_id);
  print(`\nResetting order ${order.order_number}, from ${order.origin} to ${order.destination}:\n`);

  const began = performance.now();
  const headers = headersOf(info, order);
  const submitted = await fetch(`${info.intake_url}/v1/order/reset`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ order: { order_number: order.order_number } }),
  });
  if (!submitted.ok) throw new Error(`The intake responded with status ${submitted.status}: ${await submitted.text()}`);
  const { log } = (await submitted.json()) as ResetReply;

  const seen = new Set<string>();
  for (;;) {
    const progress = (await (await fetch(`${info.intake_url}/v1/order/reset/${log!.correlation_id}?logs=since:0`, { headers })).json()) as ResetProgress;
    for (const entry of progress.logs.filter(({ _id }) => !seen.has(_id))) {
      seen.add(entry._id);
      print(line(entry));
    }
    if (progress.done) {
      print(`  ${progress.status === 'synced' ? '✔' : '✘'} ${progress.status} after ${Math.round(performance.now() - began)} ms\n`);
      print(table(before!, (await orders.get(order.order_id))!));
      return progress;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};

/** Returns the headers of the order's origin for a request to its destination. */
export const headersOf = ({ tenants }: SandboxInfo, { origin, destination }: SandboxInfo['orders'][number]): Record<string, string> => ({
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
