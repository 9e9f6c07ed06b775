import type { Line } from '../line.js';
import type { FaultWindow } from '../history.js';
import type { World } from '../world.js';
import type { Fault, FaultMeans } from './fault.js';
import { pause, within } from './fault.js';

/** Milliseconds until a write of any kind has come by. */
const comesByWithinMs = 12_000;

// BSON is half made of control characters.
// oxlint-disable no-control-regex

/** A command that writes, with this somewhere in it. */
const write = (what: RegExp): RegExp => new RegExp(`(?:bulkWrite|insert|update)\\0[^]*${what.source}`);

/** Every write there is, by what it looks like on its way to MongoDB. */
const writes: Record<string, RegExp> = {
  claim: write(/\$set\0[^]{4}\x10epoch\0/),
  hold: write(/\$set\0[^]{4}\x02fence\.saga_id\0/),
  'snapshot to the log': write(/snapshot-order:run:verdict/),
  clear: write(/\x04bols\0\x05\0\0\0\0\x04executed_drops\0\x05\0\0\0\0/),
  'clear to the log': write(/clear-deliveries:run:verdict/),
  progression: write(/\x02progression_state\0\x0c\0\0\0NO_PROGRESS\0[^]{0,60}fence\.applied\.progression_was\0/),
  'request to the log': write(/dispatch-reset:run:recorded/),
  'result to the log': write(/dispatch-reset:run:verdict/),
  release: write(/\$unset\0[^]{4}.fence\0/),
  settle: write(/settled_epoch\0/),
};

const acceptance = write(/line_keys/);

const lostOn = async (line: Line, request: RegExp, times: number, { load }: FaultMeans): Promise<number> => {
  const losses = line.lose(request, times);
  load.burst(4 * times);
  await within(comesByWithinMs, () => losses.lost() >= times);
  losses.end();
  return losses.lost();
};

/** Row E3: MongoDB carries a write out and nobody hears of it. Each kind of write in turn, the acceptance included. */
export const lostWrites = (times: number, only?: readonly string[]): Fault => {
  const kinds = Object.entries(writes).filter(([name]) => only === undefined || only.includes(name));
  return {
    name: 'reply to a write lost',
    wanted: times * (kinds.length + 1),
    async inject({ lines, window }, means) {
      // A caller whose reset was stored unheard is told to come again.
      const over = window('mongodb');
      let hits = await lostOn(lines.intakeToMongodb, acceptance, times, means);
      over();
      for (const [, request] of kinds) hits += await lostOn(lines.workersToMongodb, request, times, means);
      return hits;
    },
  };
};

/** Row C6: Redis takes a bell and the intake does not hear of it. */
export const lostBells = (times: number): Fault => ({
  name: 'reply to a bell lost',
  wanted: times,
  inject: ({ lines }, means) => lostOn(lines.intakeToRedis, /evalsha/i, times, means),
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
