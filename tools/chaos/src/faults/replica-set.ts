import type { Operation, OperationMatch } from '@crossroads/testkit/mongodb-proxy';
import { writing } from '@crossroads/testkit/mongodb-proxy';
import { giveOrders, readHits } from '../crash-order.js';
import type { Random } from '../random.js';
import { seededRandom } from '../random.js';
import type { World } from '../world.js';
import { writes } from '../writes.js';
import type { Fault, FaultMeans } from './fault.js';
import { pause, within } from './fault.js';

const linesOf = ({ lines }: Pick<World, 'lines'>) => [lines.workersToMongodb, lines.intakeToMongodb];

/** How a member of a replica set answers while it is no longer its primary: stepped down, on its way down, going out of service. */
const downCodes = [10107, 189, 91] as const;

/** Row E4: the primary steps down in the middle of a burst, and one is elected a moment later. */
export const stepDowns = (times: number, everyMs: number, awayMs = 1_000): Fault => ({
  name: 'primary steps down',
  wanted: times,
  async inject(world, { load, random }) {
    const proxies = linesOf(world);
    const rejections = (): number => proxies.reduce((sum, proxy) => sum + proxy.rejections(), 0);
    let hits = 0;
    for (let time = 0; time < times; time++) {
      const before = rejections();
      const over = world.window('mongodb');
      load.burst(12);
      await pause(50 + random.below(100));
      const code = random.pick(downCodes);
      const elected = proxies.map((proxy) => proxy.stepDown(code));
      await pause(awayMs * (0.5 + random.next()));
      for (const elect of elected) elect();
      over();
      if (rejections() > before) hits += 1;
      await pause(everyMs);
    }
    return hits;
  },
});

/** A stream of chance of its own: what comes by, and when, must not change what other faults draw. */
const apart = (random: Random): Random => seededRandom(random.below(2 ** 31));

/** One in so many operations, the same ones however often it is asked. */
const oneIn = (count: number, random: Random): OperationMatch => {
  const drawn = new WeakMap<Operation, boolean>();
  return (operation) => {
    const known = drawn.get(operation) ?? random.below(count) === 0;
    drawn.set(operation, known);
    return known;
  };
};

const hitsOf = (rules: readonly { hits(): number }[]): number => rules.reduce((sum, rule) => sum + rule.hits(), 0);

/** A busy machine makes few writes in the time given: a little more load, up to eight times, until ten were hit. */
const untilHit = async (rules: readonly { hits(): number }[], load: FaultMeans['load']): Promise<void> => {
  for (let round = 0; round < 8 && hitsOf(rules) < 10; round++) {
    load.burst(20);
    await pause(700);
  }
};

/** Row E5: writes are applied, and the replica set does not know whether a majority will keep them. Of some nothing remains. */
export const writeConcernErrors = (forMs: number): Fault => ({
  name: 'applied, write concern failed',
  wanted: 10,
  async inject(world, { load, random }) {
    const over = world.window('mongodb');
    const draw = apart(random);
    const rules = linesOf(world).flatMap((proxy) => [
      proxy.failWriteConcern(() => draw.below(4) === 0, 64),
      proxy.failWriteConcern(() => draw.below(20) === 0, 91),
      proxy.rollBack(() => draw.below(20) === 0, 64),
    ]);
    load.burst(20);
    await pause(forMs);
    await untilHit(rules, load);
    for (const rule of rules) rule.end();
    over();
    return hitsOf(rules);
  },
});

/** Codes that no list of passing errors has: no rights for a moment, a hosted cluster's own, a primary of old, an interrupted operation. */
const unlisted = [13, 8000, 10058, 11601];

/** Every claim is refused with one unlisted code after the other: longer in all than a job is tried again. */
export const unlistedErrors = (forMs: number): Fault => ({
  name: 'claims refused with unlisted codes',
  wanted: 10,
  async inject({ lines, window }, { load }) {
    const over = window('workers');
    let hits = 0;
    for (const code of unlisted) {
      const rule = lines.workersToMongodb.rejectOperations(writes.claim, code);
      load.burst(5);
      await pause(forMs / unlisted.length);
      rule.end();
      hits += rule.hits();
    }
    over();
    return hits;
  },
});

/** Single writes of a worker fail, whatever travels with them. */
export const rejectedOperations = (forMs: number): Fault => ({
  name: 'single operations of a group refused',
  wanted: 10,
  async inject({ lines, window }, { load, random }) {
    const over = window('workers');
    const draw = apart(random);
    const rules = [112, 189, 11600].map((code) => lines.workersToMongodb.rejectOperations(oneIn(30, draw), code));
    load.burst(40);
    await pause(forMs);
    await untilHit(rules, load);
    for (const rule of rules) rule.end();
    over();
    return hitsOf(rules);
  },
});

/** Writes that do most harm when they arrive after their worker is gone, and the point at which it dies. */
const late = {
  hold: 'orders.lock before',
  clear: 'orders.clearDeliveries before',
  'clear to the log': 'journal.write:clear-deliveries:run:done before',
  progression: 'orders.resetProgression before',
} as const satisfies Partial<Record<keyof typeof writes, string>>;

/** Milliseconds a worker lives on after the point: its write has left by then. */
const writeLeavesMs = 40;

/**
 * Writes that are on the wire while their worker is killed, and arrive when others have taken its sagas over.
 * The earlier they arrive, the likelier they find the order as their worker left it.
 */
export const lateWrites = (kinds: readonly (keyof typeof late)[], lateMs: number): Fault => ({
  name: 'write of a killed worker arrives late',
  wanted: kinds.length,
  async inject({ crashFolder, lines }, { load }) {
    const held = kinds.map((kind) => {
      const id = `late-${kind.replaceAll(' ', '-')}-${readHits(crashFolder).length}`;
      return { order: { id, point: late[kind], act: 'kill' as const, times: 1, afterMs: writeLeavesMs }, writes: lines.workersToMongodb.hold(writing(writes[kind])) };
    });
    // One after the other: with all in force at once few workers would be left.
    for (const { order, writes } of held) {
      giveOrders(crashFolder, [order]);
      load.burst(6);
      await within(12_000, () => writes.orphans() > 0);
      giveOrders(crashFolder, []);
      writes.end();
      writes.releaseLiving();
    }
    const hits = held.filter(({ writes }) => writes.orphans() > 0).length;
    await pause(lateMs);
    for (const { writes } of held) writes.release();
    await pause(500);
    return hits;
  },
});
