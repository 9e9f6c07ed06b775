import type { Store } from '@crossroads/store';
import { collections, openStore } from '@crossroads/store';
import type { CampaignOrder } from './campaign-orders.js';
import { digestsOf } from './evidence.js';
import type { History, Save } from './history.js';
import type { Random } from './random.js';

const progressions = ['ASSIGNED', 'DRIVING_TO_LOAD', 'COMPLETE'];

/** A second writer of orders. Saves BOLs and drops at random moments, and increments `version` in the same update as every writer must. */
export interface Writer {
  /** Resolves once the last save has a response or has failed. */
  stop(): Promise<void>;
}

export interface WriterOptions {
  uri: string;
  history: History;
  random: Random;
  /** Returns the next order to write to. */
  target(): CampaignOrder;
  perSecond: number;
}

export const startWriter = async ({ uri, history, random, target, perSecond }: WriterOptions): Promise<Writer> => {
  const store = openStore({ uri, operationTimeoutMs: 5_000 });
  await store.connected;
  const digests = digestsOf(store);
  let stopped = false;
  let count = 0;

  const save = async (): Promise<void> => {
    const { orderId } = target();
    const list = random.below(3) === 0 ? 'drops' : 'bols';
    count += 1;
    const item = list === 'bols' ? exoticBol(store, count, random) : exoticDrop(store, count, random);
    const progression = random.below(4) === 0 ? random.pick(progressions) : undefined;
    const saved: Save = { at: Date.now(), orderId, list, digest: digests.of(item), ...(progression !== undefined && { progression }) };
    history.saves.push(saved);
    const { ObjectId } = store.connection.base.mongo;
    const found = await store.connection.db!.collection(collections.orders).findOneAndUpdate(
      { _id: new ObjectId(orderId) },
      {
        $push: { [list === 'bols' ? 'bols' : 'executed_drops']: item } as never,
        $inc: { version: 1 },
        ...(progression !== undefined && { $set: { progression_state: progression } }),
      },
      { returnDocument: 'after', projection: { version: 1 } },
    );
    saved.version = Number(found!['version']);
  };
  const writing = (async () => {
    while (!stopped) {
      // A save without a response keeps no version: the checker then accepts it stored or not.
      await save().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, (2_000 / perSecond) * random.next()));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await writing;
      await store.close();
    },
  };
};

/** Creates values that a conversion to JSON or plain JavaScript would change. */
const exoticBol = ({ connection }: Store, number: number, random: Random): object => {
  const { Decimal128, Long, Binary } = connection.base.mongo;
  return {
    bol_number: `SAVED-${number}`,
    terminal: { source_id: null, source_name: 'Südhafen ⛽' },
    bol_date: new Date(-1_000_000_000 + number),
    details: [{ net_volume: Decimal128.fromString(`${random.below(9_000)}.10`), gross_volume: Long.fromString(`90071992547409${10 + random.below(80)}`) }],
    scan: new Binary(Buffer.from(`scan ${number}`)),
    'dotted.key': { $dollar: 1, nothing: {}, no: null },
    not_a_number: NaN,
    minus_zero: -0,
  };
};

const exoticDrop = ({ connection }: Store, number: number, random: Random): object => ({
  drop: number,
  site: { source_id: `site-${random.below(20)}` },
  details: [{ quantity: connection.base.mongo.Decimal128.fromString(`${random.below(5_000)}.500`), post_drop_time: new Date() }],
});
