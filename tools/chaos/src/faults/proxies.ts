import type { MongodbProxy, OperationMatch } from '@crossroads/testkit/mongodb-proxy';
import { writing } from '@crossroads/testkit/mongodb-proxy';
import type { FaultWindow } from '../history.js';
import type { World } from '../world.js';
import { acceptance, writes } from '../writes.js';
import type { Fault, FaultMeans } from './fault.js';
import { pause, within } from './fault.js';

/** Milliseconds until a write of any kind has come by. */
const comesByWithinMs = 12_000;

/** What both kinds of line can do: lose the replies to some requests. */
const lostOn = async (rule: { hits(): number; end(): void }, times: number, { load }: FaultMeans): Promise<number> => {
  load.burst(4 * times);
  await within(comesByWithinMs, () => rule.hits() >= times);
  rule.end();
  return rule.hits();
};

/** The reply to a write is lost, and that to the driver's repeat of it too: one alone the driver makes good by itself. */
const lostWrite = (proxy: MongodbProxy, write: OperationMatch, times: number, means: FaultMeans): Promise<number> =>
  lostOn(proxy.loseReply(writing(write), { times, repeatsToo: true }), times, means);

/** Row E3: MongoDB carries a write out and nobody hears of it. Each kind of write in turn, the acceptance included. */
export const lostWrites = (times: number, only?: readonly (keyof typeof writes)[]): Fault => {
  const kinds = Object.entries(writes).filter(([name]) => only === undefined || only.some((kind) => kind === name));
  return {
    name: 'reply to a write lost',
    wanted: times * (kinds.length + 1),
    async inject({ lines, window }, means) {
      // A caller whose reset was stored unheard is told to come again.
      const over = window('mongodb');
      let hits = await lostWrite(lines.intakeToMongodb, acceptance, times, means);
      over();
      for (const [, write] of kinds) hits += await lostWrite(lines.workersToMongodb, write, times, means);
      return hits;
    },
  };
};

/** Row C6: Redis takes a bell and the intake does not hear of it. */
export const lostJobs = (times: number): Fault => ({
  name: 'reply to a bell lost',
  wanted: times,
  inject: ({ lines }, means) => lostOn(lines.intakeToRedis.lose(/evalsha/i, times), times, means),
});

/** Row M1: parts that are well and do not hear of each other; late, what was said before arrives after all. */
export const partition = (between: keyof World['lines'], forMs: number): Fault => ({
  name: `nothing passes, ${words[between]}`,
  wanted: 1,
  async inject({ lines, window }, { load }) {
    const over = window(cutOff[between]);
    const passes = lines[between].silence();
    load.burst(20);
    await pause(forMs);
    passes();
    over();
    return 1;
  },
});

const words = { workersToMongodb: 'workers to MongoDB', workersToRedis: 'workers to Redis', intakeToMongodb: 'intake to MongoDB', intakeToRedis: 'intake to Redis' };

const cutOff: Record<keyof World['lines'], FaultWindow['part']> = { workersToMongodb: 'workers', workersToRedis: 'workers', intakeToMongodb: 'mongodb', intakeToRedis: 'redis' };
