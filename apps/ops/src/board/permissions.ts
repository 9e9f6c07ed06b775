import type { BeforeHook } from '@bull-board/api/dist/types.js';
import type { Log } from '@crossroads/platform';
import type { AuditRepository, OperatorRole } from '@crossroads/store';
import type { Actor, AvailableCommands } from '../commands/commands.js';
import { sagaIdOfJob } from '../sagas/saga-id.js';

/** Where Bull Board is served. */
export const boardPath = '/queues';

/** Headers that pass the operator to the hooks of Bull Board, which see headers only. Values from outside are overwritten. */
export const identityHeaders = { username: 'x-crossroads-operator', role: 'x-crossroads-role', credential: 'x-crossroads-credential', from: 'x-crossroads-from' } as const;

export interface BoardPermissionPorts {
  /** Returns the saga's epoch, or undefined when no saga has the id. */
  epochOf(sagaId: string): Promise<number | undefined>;
  commands: AvailableCommands;
  audit: Pick<AuditRepository, 'note'>;
  log: Log;
}

type HookResult = Exclude<Awaited<ReturnType<BeforeHook>>, void>;

const retry = '/api/queues/:queueName/:jobId/retry';
const pausing = ['/api/queues/:queueName/pause', '/api/queues/:queueName/resume'];

/**
 * Allows all reads, and only the changes listed here. A route that a new version of Bull Board adds is rejected.
 */
export const boardPermissions =
  ({ epochOf, commands, audit, log }: BoardPermissionPorts): BeforeHook =>
  async ({ method, route, request }): Promise<HookResult> => {
    if (method === 'get') return { allow: true };
    const by = request.headers[identityHeaders.username];
    const role = request.headers[identityHeaders.role] as OperatorRole | undefined;
    const credential = request.headers[identityHeaders.credential] ?? '(none)';
    const from = request.headers[identityHeaders.from] || null;
    const { jobId, queueName } = request.params as { jobId?: string; queueName?: string };
    const result = await decide();
    await record(result);
    return result;

    async function decide(): Promise<HookResult> {
      if (!by || role !== 'operator') return reject('Viewers can see queues but cannot change them.');
      if (route === retry) return resume(jobId ?? '', { by, role, credential, from });
      if (pausing.includes(route)) return { allow: true };
      return reject('This change is not allowed, because it would separate jobs from their resets. Open the reset and act there.');
    }

    /** Skips an allowed retry: the resume command has already written its audit entry. */
    async function record(result: HookResult): Promise<void> {
      const detail = { method, route, queue: queueName, ...(jobId !== undefined && { job_id: jobId }), ...(!result.allow && { message: result.message }) };
      log.info('operator request on Bull Board', { by, allowed: result.allow, ...detail });
      if (result.allow && route === retry) return;
      const action = `board ${route.split('/').at(-1)}`;
      await audit.note({ by: by || '(not signed in)', role: role ?? null, credential, action, reason: null, from, detail }, { outcome: result.allow ? 'done' : 'rejected' });
    }

    async function resume(job: string, actor: Actor): Promise<HookResult> {
      const sagaId = sagaIdOfJob(job);
      if (!commands.resume || sagaId === undefined) return reject('Retrying only the job would not continue its reset. Open the reset and act there.');
      const expectedEpoch = await epochOf(sagaId);
      if (expectedEpoch === undefined) return reject('The reset of this job does not exist.', 404);
      const result = await commands.resume(sagaId, { ...actor, reason: 'Retry on Bull Board', expectedEpoch });
      // Bull Board then retries the job too. An extra job is harmless.
      return result.ok ? { allow: true } : reject(result.message, 409);
    }
  };

const reject = (message: string, status: 403 | 404 | 409 = 403): HookResult => ({ allow: false, status, message });
