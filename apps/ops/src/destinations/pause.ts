import type { AuditRepository, DirectoryRepository } from '@crossroads/store';
import type { Actor, CommandResult } from '../commands/commands.js';
import { rejection } from '../commands/load-unchanged.js';

export type DestinationAction = 'pause' | 'resume';

export type DestinationCommand = (instanceId: string, action: DestinationAction, actor: Actor, reason: string) => Promise<CommandResult>;

/** Pauses a destination or lets it go on, with a line in the audit trail. While it is paused its sagas wait and use up no attempts. */
export const destinationCommand =
  ({ directory, audit }: { directory: Pick<DirectoryRepository, 'instance' | 'pause'>; audit: Pick<AuditRepository, 'begin'> }): DestinationCommand =>
  async (instanceId, action, actor, given) => {
    const reason = given.trim();
    if (reason.length === 0) return rejection('request.reason_missing', 'Say why, in a few words. Nothing was changed.');
    const end = await audit.begin({ ...actor, action: `destination ${action}`, instance_id: instanceId, reason });
    try {
      const result = await change(instanceId, action, `${reason} (${actor.by})`);
      await end(result.ok ? { outcome: 'done' } : { outcome: 'rejected', code: result.code, detail: { message: result.message } });
      return result;
    } catch (error) {
      await end({ outcome: 'failed', detail: { message: error instanceof Error ? error.message : String(error) } }).catch(() => undefined);
      throw error;
    }

    async function change(id: string, action: DestinationAction, reason: string): Promise<CommandResult> {
      // The update decides and the look only explains: of two operators at once one is told that it is so already.
      if (await directory.pause(id, action === 'pause' ? reason : null)) return { ok: true };
      if (!(await directory.instance(id))) return rejection('destination.unknown_instance', 'There is no such destination.');
      return rejection('destination.state_unchanged', action === 'pause' ? 'The destination is paused already.' : 'The destination is not paused.');
    }
  };
