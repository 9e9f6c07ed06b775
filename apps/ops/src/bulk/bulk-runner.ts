import { randomUUID } from 'node:crypto';
import type { Log } from '@crossroads/platform';
import type { BulkDocument, BulkItem, BulkRepository } from '@crossroads/store';
import type { CommandName, CommandResult, GivenCommands } from '../commands/commands.js';

export interface BulkRunnerPorts {
  bulks: BulkRepository;
  commands: GivenCommands;
  log: Log;
  /** Sagas a second. A herd of thousands would be worse than what it is to mend. */
  perSecond?: number;
}

export interface BulkRunner {
  /** Works through a bulk that names this runner. */
  start(bulk: BulkDocument): void;
  /** Takes over a bulk that was interrupted. False when somebody is at it, or it is over. */
  resume(id: string): Promise<boolean>;
  /** Leaves what is not done to be continued. */
  stop(): Promise<void>;
  /** Names this process. */
  name: string;
}

/** A bulk whose runner has been silent for this long lost it. */
export const interruptedAfterMs = 10_000;

const heartbeatEveryMs = 1_000;
const itemsAtATime = 100;

/** Works through bulks in the background, one saga after the other. What is done is stored item by item, so nothing is lost with the process. */
export const createBulkRunner = ({ bulks, commands, log, perSecond = 20 }: BulkRunnerPorts): BulkRunner => {
  const name = randomUUID();
  const inFlightCount = new Set<Promise<void>>();
  let stopped = false;

  const run = async (bulk: BulkDocument): Promise<void> => {
    let beaten = performance.now();
    for (;;) {
      const pending = await bulks.items(bulk._id, 'pending', itemsAtATime);
      if (pending.length === 0) return bulks.leave(bulk._id, name, 'done');
      for (const item of pending) {
        if (stopped) return bulks.leave(bulk._id, name, 'interrupted');
        const began = performance.now();
        if (began - beaten > heartbeatEveryMs || item === pending[0]) {
          if (!(await bulks.heartbeat(bulk._id, name))) return;
          beaten = began;
        }
        await bulks.finish(item._id, resultOf(await act(bulk, item)));
        await rest(1_000 / perSecond - (performance.now() - began));
      }
    }
  };

  const act = async (bulk: BulkDocument, { saga_id, epoch }: BulkItem): Promise<CommandResult | 'failed'> => {
    const command = commands[bulk.action as CommandName];
    if (!command) return { ok: false, code: 'bulk.no_such_action', message: 'This action is not offered any more.' };
    try {
      return await command(saga_id, { by: bulk.by, role: 'operator', from: bulk.from, reason: bulk.reason, expectedEpoch: epoch, bulkId: bulk._id });
    } catch (error) {
      log.warn('an item of a bulk failed', { bulk_id: bulk._id, saga_id, error });
      return 'failed';
    }
  };

  const start = (bulk: BulkDocument): void => {
    const running: Promise<void> = run(bulk)
      .catch((error: unknown) => log.error('a bulk was interrupted; it can be continued on its page', { bulk_id: bulk._id, error }))
      .finally(() => inFlightCount.delete(running));
    inFlightCount.add(running);
  };

  return {
    name,
    start,
    async resume(id) {
      if (!(await bulks.takeOver(id, name, new Date(Date.now() - interruptedAfterMs)))) return false;
      start((await bulks.find(id))!);
      return true;
    },
    async stop() {
      stopped = true;
      await Promise.all(inFlightCount);
    },
  };
};

const resultOf = (result: CommandResult | 'failed'): Pick<BulkItem, 'outcome' | 'code' | 'message'> => {
  if (result === 'failed') return { outcome: 'failed', code: 'ops.internal_error', message: 'It could not be told what came of it: see the saga.' };
  if (!result.ok) return { outcome: 'rejected', code: result.code, message: result.message };
  return { outcome: 'done', ...(result.recoverySagaId !== undefined && { message: `Saga ${result.recoverySagaId}` }) };
};

const rest = (ms: number): Promise<void> => (ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms)));

/** How a bulk stands, told from what is stored: a process that was killed could not say that it stopped. */
export const standsAs = ({ state, heartbeat_at }: Pick<BulkDocument, 'state' | 'heartbeat_at'>, now: Date): BulkDocument['state'] =>
  state === 'running' && now.getTime() - heartbeat_at.getTime() > interruptedAfterMs ? 'interrupted' : state;
