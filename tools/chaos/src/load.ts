import type { CampaignOrder } from './campaign-orders.js';
import type { Client } from './client.js';
import type { History, Submission } from './history.js';
import type { Random } from './random.js';

/** Requests as they come in life: in bursts, sometimes many for one order, some of them watched by an eager caller. */
export interface Load {
  /** Asks for this many resets at once, beside the usual. */
  burst(count: number): void;
  /** An order that was asked for lately. */
  recent(): CampaignOrder;
  asked(): number;
  /** Stops asking; resolves when everything asked for has been answered, or `withinMs` are over. */
  stopAsking(withinMs: number): Promise<void>;
  stopWatching(): void;
}

export interface LoadOptions {
  client: Client;
  history: History;
  orders: readonly CampaignOrder[];
  random: Random;
  perSecond: number;
  /** Sagas watched at once. */
  watched: number;
}

/** Milliseconds between two looks of one watcher. */
const lookEveryMs = 150;

/** Looks at a saga after it was done, to see whether it stays so. */
const looksAfterwards = 5;

/** A few orders get much of the traffic, so that resets have to wait for each other. */
const popular = 6;

export const startLoad = ({ client, history, orders, random, perSecond, watched }: LoadOptions): Load => {
  let asking = true;
  let watching = true;
  let lately: CampaignOrder[] = [orders[0]!];
  const open = new Set<Promise<void>>();
  const anOrder = (): CampaignOrder => (random.below(8) === 0 ? orders[random.below(popular)]! : random.pick(orders));

  let asked = 0;
  const ask = (): void => {
    const order = anOrder();
    lately = [order, ...lately].slice(0, 12);
    asked += 1;
    const result = client.submit(order).finally(() => open.delete(result));
    open.add(result);
  };
  const burst = (count: number): void => {
    for (let number = 0; number < count; number++) ask();
  };
  const askOn = async (): Promise<void> => {
    while (asking) {
      const pauseMs = 200 + random.below(800);
      // An outage must not turn into a flood of our own making.
      if (open.size < 300) burst(Math.max(1, Math.round((perSecond * pauseMs) / 1_000)));
      await sleep(pauseMs);
    }
  };
  const telemetry = async (): Promise<void> => {
    while (watching) {
      const submission = newest(history.submissions, random);
      let after = 0;
      while (watching && submission && after < looksAfterwards) {
        if (await client.look(submission)) after += 1;
        await sleep(lookEveryMs);
      }
      if (!submission) await sleep(lookEveryMs);
    }
  };
  const asker = askOn();
  for (let observer = 0; observer < watched; observer++) void telemetry();

  return {
    burst,
    recent: () => random.pick(lately),
    asked: () => asked,
    async stopAsking(withinMs) {
      asking = false;
      await asker;
      await Promise.race([Promise.all(open), sleep(withinMs)]);
      client.end();
    },
    stopWatching: () => void (watching = false),
  };
};

/** One of the last that were answered. */
const newest = (submissions: readonly Submission[], random: Random): Submission | undefined => {
  const last = submissions.slice(-10).filter(({ replies }) => replies.length > 0);
  return last.length === 0 ? undefined : random.pick(last);
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
