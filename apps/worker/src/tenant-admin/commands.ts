import { MAX_CHARACTERS, PRINTABLE } from '@crossroads/contract';
import { addressProblem, sourceSystems } from '@crossroads/destinations';
import type { Audited, DirectoryRepository, InstanceDocument, TenantDocument } from '@crossroads/store';

/** The command cannot be executed. The message has the reason and the next step. */
export class TenantError extends Error {
  override readonly name = 'TenantError';
}

export interface TenantAdminPorts {
  directory: Pick<DirectoryRepository, 'tenants' | 'addTenant' | 'addInstance' | 'addPartner'>;
  /** Records each change in the audit log. */
  audited: Audited;
  allowedPrivateHosts: readonly string[];
}

export interface NewTenant {
  name: string;
  id?: string | undefined;
  /** Names of the tenants that may create orders with it, and with which it may create orders. */
  partners: readonly string[];
}

export type NewInstance = Record<'tenant' | 'name' | 'sourceSystem' | 'url' | 'secretRef', string> & Partial<Record<'id' | 'sourceSystemId' | 'onRejection', string | undefined>>;

/** Returns the commands that create and list tenants and instances. Each throws TenantError for invalid input, and then stores nothing. */
export const tenantCommands = ({ directory, audited, allowedPrivateHosts }: TenantAdminPorts) => {
  const tenantNamed = async (name: string) => {
    const all = await directory.tenants();
    const tenant = all.find((each) => each.name === name);
    if (!tenant) throw new TenantError(`There is no tenant "${name}". Names are case-sensitive. Tenants: ${all.map((each) => each.name).join(', ') || 'none'}.`);
    return tenant;
  };

  /** Throws when the id or the name is taken. */
  const insert = (what: 'tenant' | 'instance', document: TenantDocument | InstanceDocument, add: () => Promise<boolean>, taken: string): Promise<void> =>
    audited(`${what} create`, { [`${what}_id`]: document._id, name: document.name }, async () => {
      if (!(await add())) throw new TenantError(taken);
    });

  return {
    list: () => directory.tenants(),

    async createTenant({ name, id = idFrom(name), partners }: NewTenant): Promise<TenantDocument> {
      checkName('The name of the tenant', name);
      checkId(id);
      const partnerIds: string[] = [];
      for (const partner of partners) partnerIds.push((await tenantNamed(partner))._id);
      const tenant: TenantDocument = { _id: id, name, ...(partnerIds.length > 0 && { partners: partnerIds }) };
      await insert('tenant', tenant, () => directory.addTenant(tenant), `The id ${id} or the name "${name}" is taken. "list" shows all tenants. Choose another name, or another --id.`);
      for (const partnerId of partnerIds) await directory.addPartner(partnerId, id);
      return tenant;
    },

    async createInstance({ tenant: tenantName, name, id = idFrom(name), sourceSystem, sourceSystemId, url, secretRef, onRejection = 'restore' }: NewInstance): Promise<InstanceDocument> {
      checkName('The name of the instance', name);
      checkId(id);
      if (!sourceSystems.some((each) => each === sourceSystem)) throw new TenantError(`--source-system must be one of ${sourceSystems.join(', ')}.`);
      const problem = addressProblem(url, allowedPrivateHosts);
      if (problem !== undefined) throw new TenantError(`--url cannot be used: ${problem}. Use an https address that is reachable from the internet. DESTINATION_PRIVATE_HOSTS lists exceptions.`);
      // The message does not repeat the reference, because it may be a secret in the wrong option.
      if (!/^(env:[A-Za-z_][A-Za-z0-9_]{0,127}|file:\/[^\0\n]{1,1000})$/.test(secretRef)) throw new TenantError('--secret-ref must be env:NAME or file:/path. It names the place of the secret, never the secret itself.');
      if (onRejection !== 'restore' && onRejection !== 'keep') throw new TenantError('--on-rejection must be restore or keep.');
      const tenant = await tenantNamed(tenantName);
      const instance: InstanceDocument = {
        _id: id,
        tenant_id: tenant._id,
        name,
        source_system: sourceSystem,
        source_system_id: sourceSystemId ?? null,
        url,
        secret_ref: secretRef,
        paused: false,
        paused_reason: null,
        on_rejection: onRejection,
      };
      await insert('instance', instance, () => directory.addInstance(instance), `The id ${id} is taken, or ${tenantName} has an instance "${name}" already. "npm run tenants -- list" shows all instances.`);
      return instance;
    },
  };
};

const checkName = (what: string, name: string): void => {
  const isValid = name === name.trim() && name !== '' && !/\s\s/u.test(name) && Array.from(name).length <= MAX_CHARACTERS && PRINTABLE.test(name);
  if (!isValid) throw new TenantError(`${what} is invalid. Use 1 to ${MAX_CHARACTERS} printable characters, without spaces at either end, and only one space between words. Put a name of several words in quotes.`);
};

const checkId = (id: string): void => {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(id)) throw new TenantError('The id is invalid or cannot be derived from the name. Give one with --id: 1 to 64 lower-case letters, digits, dots, dashes or underscores.');
};

/** Returns the name in lower case, with dashes for everything else. */
const idFrom = (name: string): string =>
  name
    .toLowerCase()
    .split(/[^a-z0-9]/)
    .filter(Boolean)
    .join('-')
    .slice(0, 64);
