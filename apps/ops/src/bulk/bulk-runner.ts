import { randomUUID } from 'node:crypto';
import type { Log } from '@crossroads/platform';
import type { BulkDocument, BulkItem, BulkRepository } from '@crossroads/store';
import type { AvailableCommands, CommandName, CommandResult } from '../commands/commands.js';

export interface BulkRunnerPorts {
  bulks: BulkRepository;
  commands: AvailableCommands;
  log: Log;
  /** Sagas per second. Without this limit, thousands of resumed sagas would reach a recovering destination at once. */
  perSecond?: number;
}

export interface BulkRunner {
  /** Starts a bulk action that is assigned to this runner. */
  start(bulk: BulkDocument): void;
  /** Takes over an interrupted bulk action. Returns false when another runner processes it or it is finished. */
  resume(id: string): Promise<boolean>;
  /** Stops after the current items. The remaining items stay pending. */
  stop(): Promise<void>;
  /** Identifies this process. */
  name: string;
}

/** A bulk action is interrupted when its runner has sent no heartbeat for this long. */
const interruptedAfterMs = 10_000;

const heartbeatEveryMs = 1_000;
const batchSize = 100;

/** Runs bulk actions in the background, one saga after the other. Each result is stored at once, so that a crash loses none. */
export const createBulkRunner = ({ bulks, commands, log, perSecond = 20 }: BulkRunnerPorts): BulkRunner => {
  const name = randomUUID();
  const activeRuns = new Set<Promise<void>>();
  let isStopping = false;

  const run = async (bulk: BulkDocument): Promise<void> => {
    let heartbeatAt = performance.now();
    for (;;) {
      const pending = await bulks.items(bulk._id, 'pending', batchSize);
      if (pending.length === 0) return bulks.leave(bulk._id, name, 'done');
      for (const item of pending) {
        if (isStopping) return bulks.leave(bulk._id, name, 'interrupted');
        const startedAt = performance.now();
        if (startedAt - heartbeatAt > heartbeatEveryMs || item === pending[0]) {
          if (!(await bulks.heartbeat(bulk._id, name))) return;
          heartbeatAt = startedAt;
        }
        await bulks.finish(item._id, resultOf(await act(bulk, item)));
        await delay(1_000 / perSecond - (performance.now() - startedAt));
      }
    }
  };

  const act = async (bulk: BulkDocument, { saga_id, epoch }: BulkItem): Promise<CommandResult | 'failed'> => {
    const command = commands[bulk.action as CommandName];
    if (!command) return { ok: false, code: 'bulk.no_such_action', message: 'This action is no longer available. Nothing was changed.' };
    try {
      return await command(saga_id, { by: bulk.by, role: 'operator', credential: bulk.credential, from: bulk.from, reason: bulk.reason, expectedEpoch: epoch, bulkId: bulk._id });
    } catch (error) {
      log.warn('an item of a bulk action failed', { bulk_id: bulk._id, saga_id, error });
      return 'failed';
    }
  };

  const start = (bulk: BulkDocument): void => {
    const active: Promise<void> = run(bulk)
      .catch((error: unknown) => log.error('a bulk action was interrupted; continue it on its page', { bulk_id: bulk._id, error }))
      .finally(() => activeRuns.delete(active));
    activeRuns.add(active);
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
      isStopping = true;
      await Promise.all(activeRuns);
    },
  };
};

const resultOf = (result: CommandResult | 'failed'): Pick<BulkItem, 'outcome' | 'code' | 'message' | 'recovery_saga_id'> => {
  if (result === 'failed') return { outcome: 'failed', code: 'ops.internal_error', message: 'The action failed, and its result is unknown. Open the saga to see its state.' };
  if (!result.ok) return { outcome: 'rejected', code: result.code, message: result.message };
  return { outcome: 'done', ...(result.recoverySagaId !== undefined && { recovery_saga_id: result.recoverySagaId }) };
};

const delay = (ms: number): Promise<void> => (ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms)));

/** Returns the state of a bulk action. A killed process cannot store `interrupted`, so a missing heartbeat counts as that. */
export const effectiveState = ({ state, heartbeat_at }: Pick<BulkDocument, 'state' | 'heartbeat_at'>, now: Date): BulkDocument['state'] =>
  state === 'running' && now.getTime() - heartbeat_at.getTime() > interruptedAfterMs ? 'interrupted' : state;
