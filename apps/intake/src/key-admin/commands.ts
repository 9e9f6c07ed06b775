import { newApiKey, scopes as allScopes } from '@crossroads/platform';
import type { DirectoryRepository, KeyDocument, KnownTenant } from '@crossroads/store';

export type KeyDirectory = Pick<DirectoryRepository, 'tenantNamed' | 'keys' | 'saveKey' | 'endKey'>;

/** The operator asked for something that cannot be done; the message says what to do instead. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/** Keys of one instance that work at once: the old one and its successor. More would never be cleaned up. */
const mostLive = 2;

export interface CreateKey {
  tenant: string;
  instance: string;
  /** All of them unless it is said. */
  scopes?: readonly string[];
  expiresAt?: Date | null;
}

export interface NewKey {
  id: string;
  /** The key itself: told once, kept nowhere. */
  text: string;
}

/** What an operator does with keys. All throw KeyError for a wish that cannot be granted. */
export const keyCommands = (directory: KeyDirectory, now: () => Date = () => new Date()) => {
  const isLive = ({ revoked_at, expires_at }: KeyDocument): boolean => revoked_at === null && (expires_at === null || expires_at > now());

  const liveOf = async ({ tenant_id, instance_id }: Pick<KeyDocument, 'tenant_id' | 'instance_id'>): Promise<string[]> =>
    (await directory.keys(tenant_id)).filter((key) => key.instance_id === instance_id && isLive(key)).map(({ _id }) => _id);

  const make = async (like: Pick<KeyDocument, 'tenant_id' | 'instance_id' | 'scopes' | 'expires_at'>): Promise<NewKey> => {
    const live = await liveOf(like);
    if (live.length >= mostLive) throw new KeyError(`This instance has ${live.length} keys that work: ${live.join(', ')}. Revoke one of them first.`);
    const { id, text, sha256 } = newApiKey();
    await directory.saveKey({ _id: id, sha256, ...like, created_at: now(), revoked_at: null });
    // Others may have looked at the same moment. Its text was told to nobody yet, so this one can go again.
    if ((await liveOf(like)).length > mostLive) {
      await directory.endKey(id, { revoked_at: now() });
      throw new KeyError('Other keys of this instance were made at the same moment. Look at them with "list", then try again.');
    }
    return { id, text };
  };

  const known = async (id: string): Promise<KeyDocument> => {
    const key = (await directory.keys()).find(({ _id }) => _id === id);
    if (!key) throw new KeyError(`There is no key ${id}. "list" shows those there are.`);
    return key;
  };

  return {
    async create({ tenant, instance, scopes = allScopes, expiresAt = null }: CreateKey): Promise<NewKey> {
      const unknown = scopes.filter((scope) => !allScopes.some((one) => one === scope));
      if (unknown.length > 0) throw new KeyError(`Unknown scopes: ${unknown.join(', ')}. There are: ${allScopes.join(', ')}.`);
      if (expiresAt !== null && !(expiresAt > now())) throw new KeyError('--expires must be a time to come, such as 2030-01-31.');
      const { tenant_id, instances } = named(await directory.tenantNamed(tenant), tenant);
      const found = instances.find(({ instance_name }) => instance_name === instance);
      if (!found) throw new KeyError(`${tenant} has no instance "${instance}". It has: ${instances.map(({ instance_name }) => instance_name).join(', ')}.`);
      return make({ tenant_id, instance_id: found.instance_id, scopes: [...scopes], expires_at: expiresAt });
    },

    async list(tenant?: string): Promise<(KeyDocument & { live: boolean })[]> {
      const keys = await directory.keys(tenant === undefined ? undefined : named(await directory.tenantNamed(tenant), tenant).tenant_id);
      return keys.map((key) => ({ ...key, live: isLive(key) }));
    },

    /** Takes effect within half a minute everywhere: that is how long an intake remembers a key. */
    async revoke(id: string): Promise<void> {
      const key = await known(id);
      if (key.revoked_at === null) await directory.endKey(id, { revoked_at: now() });
    },

    /** A successor with the same rights. The old key works on for `graceHours`, so that it can be replaced without a gap. */
    async rotate(id: string, graceHours: number): Promise<NewKey & { oldWorksUntil: Date }> {
      const { tenant_id, instance_id, scopes, ...old } = await known(id);
      if (!isLive({ tenant_id, instance_id, scopes, ...old })) throw new KeyError(`Key ${id} works no more, so there is nothing to rotate. Create a new one.`);
      if (!Number.isFinite(graceHours) || graceHours < 0) throw new KeyError('--grace-hours must be a number of hours, 0 or more.');
      const made = await make({ tenant_id, instance_id, scopes, expires_at: null });
      const requested = new Date(now().getTime() + graceHours * 3_600_000);
      const oldWorksUntil = old.expires_at !== null && old.expires_at < requested ? old.expires_at : requested;
      await directory.endKey(id, { expires_at: oldWorksUntil });
      return { ...made, oldWorksUntil };
    },
  };
};

const named = (tenant: KnownTenant | undefined, name: string): KnownTenant => {
  if (!tenant) throw new KeyError(`There is no tenant "${name}".`);
  return tenant;
};
