import type { Operation, OperationMatch } from '@crossroads/testkit/mongodb-proxy';
import { writing } from '@crossroads/testkit/mongodb-proxy';
import { writeInstructions, readHits } from '../crash-instruction.js';
import type { Random } from '../random.js';
import { seededRandom } from '../random.js';
import type { Harness } from '../harness.js';
import { writes } from '../writes.js';
import type { Fault, FaultMeans } from './fault.js';
import { pause, within } from './fault.js';

const proxiesOf = ({ proxies }: Pick<Harness, 'proxies'>) => [proxies.workersToMongodb, proxies.intakeToMongodb];

/** Error codes of a member that is not the primary: not writable, stepping down, shutting down. */
const downCodes = [10107, 189, 91] as const;

/** Row E4: the primary steps down in the middle of a burst, and is elected again about a second later. */
export const stepDowns = (times: number, everyMs: number, awayMs = 1_000): Fault => ({
  name: 'primary steps down',
  wanted: times,
  async inject(harness, { load, random }) {
    const proxies = proxiesOf(harness);
    const rejections = (): number => proxies.reduce((sum, proxy) => sum + proxy.rejections(), 0);
    let hits = 0;
    for (let time = 0; time < times; time++) {
      const before = rejections();
      const closeWindow = harness.openWindow('mongodb');
      load.burst(12);
      await pause(50 + random.below(100));
      const code = random.pick(downCodes);
      const elected = proxies.map((proxy) => proxy.stepDown(code));
      await pause(awayMs * (0.5 + random.next()));
      for (const elect of elected) elect();
      closeWindow();
      if (rejections() > before) hits += 1;
      await pause(everyMs);
    }
    return hits;
  },
});

/** Creates a separate random stream: the number of passing commands must not change the choices of other faults. */
const ownStream = (random: Random): Random => seededRandom(random.below(2 ** 31));

/** Matches one of `count` operations. The decision for an operation does not change when it is matched again. */
const oneIn = (count: number, random: Random): OperationMatch => {
  const drawn = new WeakMap<Operation, boolean>();
  return (operation) => {
    const known = drawn.get(operation) ?? random.below(count) === 0;
    drawn.set(operation, known);
    return known;
  };
};

const hitsOf = (rules: readonly { hits(): number }[]): number => rules.reduce((sum, rule) => sum + rule.hits(), 0);

/** Adds load up to eight times until the rules have ten hits: a busy machine makes few writes in the given time. */
const untilHit = async (rules: readonly { hits(): number }[], load: FaultMeans['load']): Promise<void> => {
  for (let round = 0; round < 8 && hitsOf(rules) < 10; round++) {
    load.burst(20);
    await pause(700);
  }
};

/** Row E5: writes are applied and their write concern fails. Some of them are rolled back. */
export const writeConcernErrors = (forMs: number): Fault => ({
  name: 'write applied, write concern failed',
  wanted: 10,
  async inject(harness, { load, random }) {
    const closeWindow = harness.openWindow('mongodb');
    const draw = ownStream(random);
    const rules = proxiesOf(harness).flatMap((proxy) => [
      proxy.failWriteConcern(() => draw.below(4) === 0, 64),
      proxy.failWriteConcern(() => draw.below(20) === 0, 91),
      proxy.rollBack(() => draw.below(20) === 0, 64),
    ]);
    load.burst(20);
    await pause(forMs);
    await untilHit(rules, load);
    for (const rule of rules) rule.end();
    closeWindow();
    return hitsOf(rules);
  },
});

/** Codes that are in no list of transient errors: unauthorized, Atlas, former primary, interrupted operation. */
const unlisted = [13, 8000, 10058, 11601];

/** Every claim is rejected with one unlisted code after the other, for longer than BullMQ retries a job. */
export const unlistedErrors = (forMs: number): Fault => ({
  name: 'claims rejected with unlisted codes',
  wanted: 10,
  async inject({ proxies, openWindow }, { load }) {
    const closeWindow = openWindow('workers');
    let hits = 0;
    for (const code of unlisted) {
      const rule = proxies.workersToMongodb.rejectOperations(writes.claim, code);
      load.burst(5);
      await pause(forMs / unlisted.length);
      rule.end();
      hits += rule.hits();
    }
    closeWindow();
    return hits;
  },
});

/** Single writes of a worker fail; the other writes of their group are applied. */
export const rejectedOperations = (forMs: number): Fault => ({
  name: 'single operations of a group rejected',
  wanted: 10,
  async inject({ proxies, openWindow }, { load, random }) {
    const closeWindow = openWindow('workers');
    const draw = ownStream(random);
    const rules = [112, 189, 11600].map((code) => proxies.workersToMongodb.rejectOperations(oneIn(30, draw), code));
    load.burst(40);
    await pause(forMs);
    await untilHit(rules, load);
    for (const rule of rules) rule.end();
    closeWindow();
    return hitsOf(rules);
  },
});

/** Writes that would do most harm when they arrive after the kill of their worker, and the failpoint of that kill. */
export const latePoints = {
  lock: 'orders.lock before',
  clear: 'orders.clearDeliveries before',
  'clear to the log': 'journal.write:clear-deliveries:run:done before',
  progression: 'orders.resetProgression before',
} as const satisfies Partial<Record<keyof typeof writes, string>>;

/** Milliseconds between failpoint and kill. The write has been sent by then. */
const sentAfterMs = 40;

/**
 * Writes that are in flight while their worker is killed, and arrive after other workers have claimed its sagas.
 * A small `lateMs` makes it likely that a write finds the order unchanged.
 */
export const lateWrites = (kinds: readonly (keyof typeof latePoints)[], lateMs: number): Fault => ({
  name: 'late write of a killed worker',
  wanted: kinds.length,
  async inject({ crashFolder, proxies }, { load }) {
    const held = kinds.map((kind) => {
      const id = `late-${kind.replaceAll(' ', '-')}-${readHits(crashFolder).length}`;
      return { instruction: { id, point: latePoints[kind], act: 'kill' as const, times: 1, afterMs: sentAfterMs }, writes: proxies.workersToMongodb.hold(writing(writes[kind])) };
    });
    // One after the other: all at once would leave too few workers.
    for (const { instruction, writes } of held) {
      writeInstructions(crashFolder, [instruction]);
      load.burst(6);
      await within(12_000, () => writes.orphans() > 0);
      writeInstructions(crashFolder, []);
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
