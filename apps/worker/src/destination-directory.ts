import type { DestinationInstance, Instances } from '@crossroads/destinations';
import { TtlCache } from '@crossroads/platform';
import type { DirectoryRepository, InstanceDocument } from '@crossroads/store';

/** Milliseconds that a destination is cached: each saga reads it three times, and a pause may take effect this much later. */
const cachedMs = 1_000;

/** Where destinations are, as their adapters want to know it. */
export const destinationDirectory = (directory: Pick<DirectoryRepository, 'instance'>): Instances => {
  const instances = new TtlCache((id: string) => directory.instance(id), cachedMs, () => performance.now());
  return { find: async (id) => asDestination(await instances.get(id)) };
};

const asDestination = (instance: InstanceDocument | undefined): DestinationInstance | undefined => {
  if (!instance) return undefined;
  const { _id, tenant_id, name, source_system, url, secret_ref, paused = false, on_rejection = 'restore' } = instance;
  return { id: _id, tenant_id, name, source_system, url, secret_ref, paused, on_rejection };
};
