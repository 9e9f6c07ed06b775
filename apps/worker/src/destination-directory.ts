import type { DestinationInstance } from '@crossroads/destinations';
import type { DirectoryRepository } from '@crossroads/store';

/** Where destinations are, as their adapters want to know it. */
export const destinationDirectory = (directory: Pick<DirectoryRepository, 'instance'>) => ({
  async find(instanceId: string): Promise<DestinationInstance | undefined> {
    const instance = await directory.instance(instanceId);
    if (!instance) return undefined;
    const { _id, tenant_id, name, source_system, url, secret_ref, paused = false, on_refusal = 'restore' } = instance;
    return { id: _id, tenant_id, name, source_system, url, secret_ref, paused, on_refusal };
  },
});
