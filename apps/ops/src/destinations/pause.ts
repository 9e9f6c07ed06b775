import type { AuditRepository, DirectoryRepository } from '@crossroads/store';
import type { Actor, CommandResult } from '../commands/commands.js';
import { rejection } from '../commands/load-unchanged.js';
import { reasonMissing, runWithAudit } from '../commands/with-audit.js';

export type DestinationAction = 'pause' | 'resume';

export type DestinationCommand = (instanceId: string, action: DestinationAction, actor: Actor, reason: string) => Promise<CommandResult>;

/** Pauses or resumes a destination and stores an audit entry. Sagas of a paused destination wait without using attempts. */
export const destinationCommand =
  ({ directory, audit }: { directory: Pick<DirectoryRepository, 'instance' | 'pause'>; audit: Pick<AuditRepository, 'begin'> }): DestinationCommand =>
  async (instanceId, action, actor, given) => {
    const reason = given.trim();
    if (reason.length === 0) return reasonMissing();
    return runWithAudit(audit, { ...actor, action: `destination ${action}`, instance_id: instanceId, reason }, async () => {
      // The update decides. When two operators act at once, the second update matches nothing, and the read finds the reason.
      if (await directory.pause(instanceId, action === 'pause' ? `${reason} (${actor.by})` : null)) return { ok: true };
      if (!(await directory.instance(instanceId))) return rejection('destination.unknown_instance', 'No destination has this id. Nothing was changed.');
      return rejection('destination.state_unchanged', action === 'pause' ? 'The destination is already paused.' : 'The destination is not paused.');
    });
  };
