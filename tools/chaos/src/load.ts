import type { CampaignOrder } from './campaign-orders.js';
import type { Client } from './client.js';
import type { History, Submission } from './history.js';
import type { Random } from './random.js';

/** Realistic load: requests in bursts, sometimes many for one order, and callers that poll. */
export interface Load {
  /** Submits this many resets at once, in addition to the constant load. */
  burst(count: number): void;
  /** Returns a random order of the last submissions. */
  recent(): CampaignOrder;
  submitted(): number;
  /** Stops submitting. Resolves when every submission has a response, or after `withinMs`. */
  stopSubmitting(withinMs: number): Promise<void>;
  stopPolling(): void;
}

export interface LoadOptions {
  client: Client;
  history: History;
  orders: readonly CampaignOrder[];
  random: Random;
  perSecond: number;
  /** Number of callers that poll. */
  pollers: number;
}

/** Milliseconds between two polls of one caller. */
const pollEveryMs = 150;

/** Polls of a saga after it was done, to check that it stays done. */
const pollsAfterDone = 5;

/** Number of orders that get much of the load, so that resets block each other. */
const popular = 6;

export const startLoad = ({ client, history, orders, random, perSecond, pollers }: LoadOptions): Load => {
  let isSubmitting = true;
  let isPolling = true;
  let lastOrders: CampaignOrder[] = [orders[0]!];
  const open = new Set<Promise<void>>();
  const pickOrder = (): CampaignOrder => (random.below(8) === 0 ? orders[random.below(popular)]! : random.pick(orders));

  let submitted = 0;
  const submit = (): void => {
    const order = pickOrder();
    lastOrders = [order, ...lastOrders].slice(0, 12);
    submitted += 1;
    const submission = client.submit(order).finally(() => open.delete(submission));
    open.add(submission);
  };
  const burst = (count: number): void => {
    for (let number = 0; number < count; number++) submit();
  };
  const submitLoop = async (): Promise<void> => {
    while (isSubmitting) {
      const pauseMs = 200 + random.below(800);
      // During an outage open submissions pile up; without this limit their retries would be an overload fault.
      if (open.size < 300) burst(Math.max(1, Math.round((perSecond * pauseMs) / 1_000)));
      await sleep(pauseMs);
    }
  };
  const pollLoop = async (): Promise<void> => {
    while (isPolling) {
      const submission = pickNewest(history.submissions, random);
      let afterDone = 0;
      while (isPolling && submission && afterDone < pollsAfterDone) {
        if (await client.poll(submission)) afterDone += 1;
        await sleep(pollEveryMs);
      }
      if (!submission) await sleep(pollEveryMs);
    }
  };
  const submitting = submitLoop();
  for (let poller = 0; poller < pollers; poller++) void pollLoop();

  return {
    burst,
    recent: () => random.pick(lastOrders),
    submitted: () => submitted,
    async stopSubmitting(withinMs) {
      isSubmitting = false;
      await submitting;
      await Promise.race([Promise.all(open), sleep(withinMs)]);
      client.end();
    },
    stopPolling: () => void (isPolling = false),
  };
};

/** Returns one of the last submissions that have a response. */
const pickNewest = (submissions: readonly Submission[], random: Random): Submission | undefined => {
  const last = submissions.slice(-10).filter(({ replies }) => replies.length > 0);
  return last.length === 0 ? undefined : random.pick(last);
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
