import type { BeforeHook } from '@bull-board/api/dist/types.js';
import type { Log } from '@crossroads/platform';
import type { AuditRepository, OperatorRole } from '@crossroads/store';
import type { Actor, GivenCommands } from '../commands/commands.js';
import { sagaIdOfJob } from './job-id.js';

/** How the board's hooks learn who asks: they see headers only. Whatever arrives under these names from outside is deleted first. */
export const identityHeaders = { username: 'x-crossroads-operator', role: 'x-crossroads-role', from: 'x-crossroads-from' } as const;

export interface BoardPermissionPorts {
  /** The saga's epoch now; undefined when there is no such saga. */
  epochOf(sagaId: string): Promise<number | undefined>;
  commands: GivenCommands;
  audit: Pick<AuditRepository, 'note'>;
  log: Log;
}

type Answer = Exclude<Awaited<ReturnType<BeforeHook>>, void>;

const retry = '/api/queues/:queueName/:jobId/retry';
const pausing = ['/api/queues/:queueName/pause', '/api/queues/:queueName/resume'];

/**
 * What may be done on the board. Looking is free; of the rest only what is named here is allowed,
 * so a route that an upgrade brings is refused until somebody has thought about it.
 */
export const boardPermissions =
  ({ epochOf, commands, audit, log }: BoardPermissionPorts): BeforeHook =>
  async ({ method, route, request }): Promise<Answer> => {
    if (method === 'get') return { allow: true };
    const by = request.headers[identityHeaders.username];
    const role = request.headers[identityHeaders.role] as OperatorRole | undefined;
    const from = request.headers[identityHeaders.from] || null;
    const { jobId, queueName } = request.params as { jobId?: string; queueName?: string };
    const answer = await decide();
    await note(answer);
    return answer;

    async function decide(): Promise<Answer> {
      if (!by || role !== 'operator') return reject('Viewers may look at queues but not change them.');
      if (route === retry) return resume(jobId ?? '', { by, role, from });
      if (pausing.includes(route)) return { allow: true };
      return reject('Not on the queue of sagas: it would part jobs from their sagas. Open the saga and act there.');
    }

    /** A retry that became a resume has its line already, with the saga's name on it. */
    async function note(answer: Answer): Promise<void> {
      const detail = { method, route, bullmqQueue: queueName, ...(jobId !== undefined && { job_id: jobId }), ...(!answer.allow && { message: answer.message }) };
      log.info('operator on the board', { by, allowed: answer.allow, ...detail });
      if (answer.allow && route === retry) return;
      const action = `board ${route.split('/').at(-1)}`;
      await audit.note({ by: by || '(nobody)', role: role ?? null, action, reason: null, from, detail }, { outcome: answer.allow ? 'done' : 'rejected' });
    }

    async function resume(job: string, actor: Actor): Promise<Answer> {
      const sagaId = sagaIdOfJob(job);
      if (!commands.resume || sagaId === undefined) return reject('Retrying a job alone would not move its saga. Open the saga and act there.');
      const expectedEpoch = await epochOf(sagaId);
      if (expectedEpoch === undefined) return reject('The saga of this job does not exist.', 404);
      const result = await commands.resume(sagaId, { ...actor, reason: 'Retry on Bull Board', expectedEpoch });
      // The board goes on and retries the job as well: one bell more, which never does harm.
      return result.ok ? { allow: true } : reject(result.message, 409);
    }
  };

const reject = (message: string, status: 403 | 404 | 409 = 403): Answer => ({ allow: false, status, message });
