import type { mongo } from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

export interface TenantDocument {
  _id: string;
  name: string;
  /** Ids of the tenants that may create orders to this tenant. */
  partners?: string[];
  retention_days?: number;
}

export interface InstanceDocument {
  _id: string;
  tenant_id: string;
  name: string;
  source_system: string;
  source_system_id: string | null;
  url: string;
  secret_ref: string | null;
  paused?: boolean;
  paused_reason?: string | null;
  on_rejection?: 'restore' | 'keep';
}

export interface KeyDocument {
  _id: string;
  sha256: string;
  tenant_id: string;
  instance_id: string | null;
  scopes: string[];
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
}

export interface ClientDocument {
  _id: string;
  secret_sha256: string;
  tenant_ids: string[];
  scopes: string[];
  created_at: Date;
  revoked_at: Date | null;
}

export interface KnownTenant {
  tenant_id: string;
  tenant_name: string;
  instances: { instance_id: string; instance_name: string; source_system: string; source_system_id: string | null }[];
}

interface KnownCredentials {
  sha256: string;
  scopes: readonly string[];
  expires_at: Date | null;
  revoked_at: Date | null;
  tenants: KnownTenant[];
}

/** Tenants, their instances, and the API keys and clients that act for them. */
export interface DirectoryRepository {
  key(id: string): Promise<KnownCredentials | undefined>;
  client(id: string): Promise<KnownCredentials | undefined>;
  instance(id: string): Promise<InstanceDocument | undefined>;
  tenantNamed(name: string): Promise<KnownTenant | undefined>;
  /** Returns the tenant with this name if orders of the other tenant may be created to it. A tenant that does not exist gives the same result as one that is no partner. */
  partnerNamed(name: string, tenantId: string): Promise<KnownTenant | undefined>;
  /** Returns every key of the tenant, or of all tenants, including revoked and expired keys. */
  keys(tenantId?: string): Promise<KeyDocument[]>;
  /** Revokes a key, or sets its expiry. Returns false when there is no such key. */
  endKey(id: string, end: { revoked_at: Date } | { expires_at: Date }): Promise<boolean>;
  /**
   * Pauses the destination, or resumes it when `reason` is null. Returns false when there is none of that id, or its state is unchanged.
   * A second pause keeps the first reason.
   */
  pause(instanceId: string, reason: string | null): Promise<boolean>;
  /** Returns all tenants with their instances, by id. */
  tenants(): Promise<(TenantDocument & { instances: InstanceDocument[] })[]>;
  /** Each inserts its document. Returns false when its id, or a name that must be unique, is taken. */
  addTenant(tenant: TenantDocument): Promise<boolean>;
  addInstance(instance: InstanceDocument): Promise<boolean>;
  /** Makes `partnerId` a partner of the tenant. */
  addPartner(tenantId: string, partnerId: string): Promise<void>;
  /** Each inserts its document or replaces the one with the same id. */
  saveTenant(tenant: TenantDocument): Promise<void>;
  saveInstance(instance: InstanceDocument): Promise<void>;
  saveKey(key: KeyDocument): Promise<void>;
  saveClient(client: ClientDocument): Promise<void>;
}

export const directoryRepository = ({ connection, commit }: Store): DirectoryRepository => {
  const find = <T extends { _id: string }>(name: string, filter: object) =>
    withStoreErrors(() =>
      rawCollection<T>(connection, name)
        .find(filter as mongo.Filter<T>)
        .sort({ _id: 1 })
        .toArray(),
    );

  const tenants = async (ids: string[], instanceId: string | null): Promise<KnownTenant[]> => {
    const [known, instances] = await Promise.all([
      find<TenantDocument>(collections.tenants, { _id: { $in: ids } }),
      find<InstanceDocument>(collections.instances, { tenant_id: { $in: ids }, ...(instanceId !== null && { _id: instanceId }) }),
    ]);
    return known.map(({ _id, name }) => ({
      tenant_id: _id,
      tenant_name: name,
      instances: instances
        .filter(({ tenant_id }) => tenant_id === _id)
        .map((instance) => ({
          instance_id: instance._id,
          instance_name: instance.name,
          source_system: instance.source_system,
          source_system_id: instance.source_system_id,
        })),
    }));
  };

  const save = async (name: string, { _id, ...rest }: { _id: string }): Promise<void> => {
    await withStoreErrors(() => rawCollection<{ _id: string }>(connection, name).replaceOne({ _id }, rest, { upsert: true }));
  };

  const firstTenant = async (filter: object): Promise<KnownTenant | undefined> => {
    const [tenant] = await find<TenantDocument>(collections.tenants, filter);
    return tenant && (await tenants([tenant._id], null))[0];
  };

  return {
    async key(id) {
      const [key] = await find<KeyDocument>(collections.keys, { _id: id });
      return key && { ...key, tenants: await tenants([key.tenant_id], key.instance_id) };
    },
    async client(id) {
      const [client] = await find<ClientDocument>(collections.clients, { _id: id });
      return client && { ...client, sha256: client.secret_sha256, expires_at: null, tenants: await tenants(client.tenant_ids, null) };
    },
    instance: async (id) => (await find<InstanceDocument>(collections.instances, { _id: id }))[0],
    tenantNamed: (name) => firstTenant({ name }),
    partnerNamed: (name, tenantId) => firstTenant({ name, partners: tenantId }),
    keys: (tenantId) => find<KeyDocument>(collections.keys, tenantId === undefined ? {} : { tenant_id: tenantId }),
    async endKey(id, end) {
      const { matchedCount } = await withStoreErrors(() => rawCollection<KeyDocument>(connection, collections.keys).updateOne({ _id: id }, { $set: end }));
      return matchedCount > 0;
    },
    pause: (instanceId, reason) =>
      withStoreErrors(async () => {
        const change = { $set: { paused: reason !== null, paused_reason: reason } };
        const changes = reason !== null ? { paused: { $ne: true } } : { paused: true };
        return (await rawCollection<InstanceDocument>(connection, collections.instances).updateOne({ _id: instanceId, ...changes }, change)).matchedCount > 0;
      }),
    async tenants() {
      const [all, instances] = await Promise.all([find<TenantDocument>(collections.tenants, {}), find<InstanceDocument>(collections.instances, {})]);
      return all.map((tenant) => ({ ...tenant, instances: instances.filter(({ tenant_id }) => tenant_id === tenant._id) }));
    },
    addTenant: (tenant) => commit.insert(collections.tenants, { ...tenant }),
    addInstance: (instance) => commit.insert(collections.instances, { ...instance }),
    async addPartner(tenantId, partnerId) {
      await withStoreErrors(() => rawCollection<TenantDocument>(connection, collections.tenants).updateOne({ _id: tenantId }, { $addToSet: { partners: partnerId } }));
    },
    saveTenant: (tenant) => save(collections.tenants, tenant),
    saveInstance: (instance) => save(collections.instances, instance),
    saveKey: (key) => save(collections.keys, key),
    saveClient: (client) => save(collections.clients, client),
  };
};
