import type { BeforeHook, BeforeHookResult } from '@bull-board/api/dist/types.js';
import type { Log } from '@crossroads/runtime';
import type { OperatorRole } from '@crossroads/store';
import type { GivenCommands } from '../commands.js';
import { sagaIdOfJob } from './job-id.js';

/** How the board's hooks learn who asks: they see headers only. Whatever arrives under these names from outside is deleted first. */
export const identityHeaders = { username: 'x-crossroads-operator', role: 'x-crossroads-role' } as const;

export interface BoardPermissionPorts {
  /** The saga's epoch now; undefined when there is no such saga. */
  epochOf(sagaId: string): Promise<number | undefined>;
  commands: GivenCommands;
  log: Log;
}

const retry = '/api/queues/:queueName/:jobId/retry';
const pausing = ['/api/queues/:queueName/pause', '/api/queues/:queueName/resume'];

/**
 * What may be done on the board. Looking is free; of the rest only what is named here is allowed,
 * so a route that an upgrade brings is refused until somebody has thought about it.
 */
export const boardPermissions =
  ({ epochOf, commands, log }: BoardPermissionPorts): BeforeHook =>
  async ({ method, route, request }): Promise<BeforeHookResult> => {
    if (method === 'get') return { allow: true };
    const by = request.headers[identityHeaders.username];
    const role = request.headers[identityHeaders.role] as OperatorRole | undefined;
    if (!by || role !== 'operator') return refuse('Viewers may look at queues but not change them.');
    const { jobId, queueName } = request.params as { jobId?: string; queueName?: string };
    log.info('operator on the board', { by, method, route, job_id: jobId, queue: queueName });
    if (route === retry) return resume(jobId ?? '', by);
    if (pausing.includes(route)) return { allow: true };
    return refuse('Not on the queue of sagas: it would part jobs from their sagas. Open the saga and act there.');

    async function resume(job: string, by: string): Promise<BeforeHookResult> {
      const sagaId = sagaIdOfJob(job);
      if (!commands.resume || sagaId === undefined) return refuse('Retrying a job alone would not move its saga. Open the saga and act there.');
      const expectedEpoch = await epochOf(sagaId);
      if (expectedEpoch === undefined) return refuse('The saga of this job does not exist.', 404);
      const result = await commands.resume(sagaId, { by, reason: 'Retry on Bull Board', expectedEpoch });
      // The board goes on and retries the job as well: one bell more, which never does harm.
      return result.ok ? { allow: true } : refuse(result.message, 409);
    }
  };

const refuse = (message: string, status: 403 | 404 | 409 = 403): BeforeHookResult => ({ allow: false, status, message });
