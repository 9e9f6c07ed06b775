import { newApiKey, scopes as allScopes } from '@crossroads/platform';
import type { Audited, DirectoryRepository, KeyDocument, KnownTenant } from '@crossroads/store';

export type KeyDirectory = Pick<DirectoryRepository, 'tenantNamed' | 'keys' | 'saveKey' | 'endKey'>;

/** A command cannot be executed. The message has the reason and the next step for the administrator. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/** Maximum number of valid keys of one instance: the old one and its successor. With more, unused keys would stay valid. */
const maxValidKeys = 2;

/** One year. */
const maxGraceHours = 8_760;

export interface CreateKey {
  tenant: string;
  instance: string;
  /** Default: all scopes. */
  scopes?: readonly string[];
  expiresAt?: Date | null;
}

export interface NewKey {
  id: string;
  /** The key itself. It is shown once and not stored. */
  text: string;
}

/** Returns the commands of an administrator. Each throws KeyError if it cannot be executed. */
export const keyCommands = (directory: KeyDirectory, audited: Audited, now: () => Date = () => new Date()) => {
  const isValid = ({ revoked_at, expires_at }: KeyDocument): boolean => revoked_at === null && (expires_at === null || expires_at > now());

  const validKeysOf = async ({ tenant_id, instance_id }: Pick<KeyDocument, 'tenant_id' | 'instance_id'>): Promise<string[]> =>
    (await directory.keys(tenant_id)).filter((key) => key.instance_id === instance_id && isValid(key)).map(({ _id }) => _id);

  const createSimilar = async (action: string, like: Pick<KeyDocument, 'tenant_id' | 'instance_id' | 'scopes' | 'expires_at'>, detail: object = {}): Promise<NewKey> => {
    const valid = await validKeysOf(like);
    if (valid.length >= maxValidKeys) throw new KeyError(`This instance has ${valid.length} valid keys: ${valid.join(', ')}. Revoke one of them first.`);
    const { id, text, sha256 } = newApiKey();
    return audited(action, { key: id, ...like, ...detail }, async () => {
      await directory.saveKey({ _id: id, sha256, ...like, created_at: now(), revoked_at: null });
      // Another command may have created a key at the same time. This key was not shown yet, so it can be revoked.
      if ((await validKeysOf(like)).length > maxValidKeys) {
        await directory.endKey(id, { revoked_at: now() });
        throw new KeyError('Another key of this instance was created at the same moment, so this one was revoked. Run "list", then try again.');
      }
      return { id, text };
    });
  };

  const findKey = async (id: string): Promise<KeyDocument> => {
    const key = (await directory.keys()).find(({ _id }) => _id === id);
    if (!key) throw new KeyError(`There is no key ${id}. Run "list" to see all keys.`);
    return key;
  };

  return {
    async create({ tenant, instance, scopes = allScopes, expiresAt = null }: CreateKey): Promise<NewKey> {
      const unknown = scopes.filter((scope) => !allScopes.some((one) => one === scope));
      if (unknown.length > 0) throw new KeyError(`Unknown scopes: ${unknown.join(', ')}. Valid scopes: ${allScopes.join(', ')}.`);
      if (expiresAt !== null && !(expiresAt > now())) throw new KeyError('--expires must be an existing day in the future, such as 2030-01-31.');
      const { tenant_id, instances } = orThrow(await directory.tenantNamed(tenant), tenant);
      const found = instances.find(({ instance_name }) => instance_name === instance);
      if (!found) throw new KeyError(`${tenant} has no instance "${instance}". Its instances: ${instances.map(({ instance_name }) => instance_name).join(', ')}.`);
      return createSimilar('key create', { tenant_id, instance_id: found.instance_id, scopes: [...scopes], expires_at: expiresAt });
    },

    async list(tenant?: string): Promise<(KeyDocument & { is_valid: boolean })[]> {
      const keys = await directory.keys(tenant === undefined ? undefined : orThrow(await directory.tenantNamed(tenant), tenant).tenant_id);
      return keys.map((key) => ({ ...key, is_valid: isValid(key) }));
    },

    /** Revokes a key. Takes effect within 30 seconds, because each intake caches keys for this time. */
    async revoke(id: string): Promise<void> {
      const key = await findKey(id);
      if (key.revoked_at === null) await audited('key revoke', { key: id, tenant_id: key.tenant_id }, () => directory.endKey(id, { revoked_at: now() }));
    },

    /** Creates a successor with the same scopes. The old key stays valid for `graceHours`, a whole number from 1 to 8760, so that clients can switch without an interruption. */
    async rotate(id: string, graceHours: number): Promise<NewKey & { oldValidUntil: Date }> {
      const { tenant_id, instance_id, scopes, ...old } = await findKey(id);
      if (!isValid({ tenant_id, instance_id, scopes, ...old })) throw new KeyError(`Key ${id} is no longer valid, so it cannot be rotated. Create a new key.`);
      if (!(Number.isInteger(graceHours) && graceHours >= 1 && graceHours <= maxGraceHours)) throw new KeyError(`--grace-hours must be a whole number of hours from 1 to ${maxGraceHours}. To end a key at once, use "revoke".`);
      const requested = new Date(now().getTime() + graceHours * 3_600_000);
      const oldValidUntil = old.expires_at !== null && old.expires_at < requested ? old.expires_at : requested;
      const created = await createSimilar('key rotate', { tenant_id, instance_id, scopes, expires_at: null }, { replaces: id, old_valid_until: oldValidUntil });
      await directory.endKey(id, { expires_at: oldValidUntil });
      return { ...created, oldValidUntil };
    },
  };
};

const orThrow = (tenant: KnownTenant | undefined, name: string): KnownTenant => {
  if (!tenant) throw new KeyError(`There is no tenant "${name}". Check the spelling: names are case-sensitive.`);
  return tenant;
};
