import type { MongodbProxy, OperationMatch } from '@crossroads/testkit/mongodb-proxy';
import { writing } from '@crossroads/testkit/mongodb-proxy';
import type { FaultWindow } from '../history.js';
import type { Harness } from '../harness.js';
import { acceptance, writes } from '../writes.js';
import type { Fault, FaultMeans } from './fault.js';
import { pause, within } from './fault.js';

/** Milliseconds within which a write of each kind passes the proxy. */
const hitWithinMs = 12_000;

/** Sends load until the rule has hit `times` times, then ends the rule. Returns its hits. */
const untilHit = async (rule: { hits(): number; end(): void }, times: number, { load }: FaultMeans): Promise<number> => {
  load.burst(4 * times);
  await within(hitWithinMs, () => rule.hits() >= times);
  rule.end();
  return rule.hits();
};

/** Drops the reply to a write and the reply to the driver's retry: the driver repairs a single lost reply. */
const lostWrite = (proxy: MongodbProxy, write: OperationMatch, times: number, means: FaultMeans): Promise<number> =>
  untilHit(proxy.loseReply(writing(write), { times, repeatsToo: true }), times, means);

/** Row E3: MongoDB applies a write and its reply is lost. Each kind of write in turn, including the acceptance. */
export const lostWrites = (times: number, only?: readonly (keyof typeof writes)[]): Fault => {
  const kinds = Object.entries(writes).filter(([name]) => only === undefined || only.some((kind) => kind === name));
  return {
    name: 'reply to a write lost',
    wanted: times * (kinds.length + 1),
    async inject({ proxies, openWindow }, means) {
      // The intake responds with 503 when it does not know whether the saga was stored.
      const closeWindow = openWindow('mongodb');
      let hits = await lostWrite(proxies.intakeToMongodb, acceptance, times, means);
      closeWindow();
      for (const [, write] of kinds) hits += await lostWrite(proxies.workersToMongodb, write, times, means);
      return hits;
    },
  };
};

/** Row C6: Redis stores a job and the reply to the intake is lost. */
export const lostJobs = (times: number): Fault => ({
  name: 'reply to an enqueue lost',
  wanted: times,
  inject: ({ proxies }, means) => untilHit(proxies.intakeToRedis.loseReply(/evalsha/i, times), times, means),
});

/** Row M1: no data passes between two healthy parts. The data arrives late, when the fault ends. */
export const partition = (between: keyof Harness['proxies'], forMs: number): Fault => ({
  name: `network stalled: ${labels[between]}`,
  wanted: 1,
  async inject({ proxies, openWindow }, { load }) {
    const closeWindow = openWindow(affectedPart[between]);
    const resume = proxies[between].silence();
    load.burst(20);
    await pause(forMs);
    resume();
    closeWindow();
    return 1;
  },
});

const labels = { workersToMongodb: 'workers to MongoDB', workersToRedis: 'workers to Redis', intakeToMongodb: 'intake to MongoDB', intakeToRedis: 'intake to Redis' };

const affectedPart: Record<keyof Harness['proxies'], FaultWindow['part']> = { workersToMongodb: 'workers', workersToRedis: 'workers', intakeToMongodb: 'mongodb', intakeToRedis: 'redis' };
