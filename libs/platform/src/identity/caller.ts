/** All that credentials can be allowed to do. */
export const scopes = ['order:reset', 'order:get', 'order:create', 'order:save_bol', 'order:save_drop', 'order:update_status', 'order_request:accept'] as const;

export type Scope = (typeof scopes)[number];

/** An installation of a tenant. */
export interface Instance {
  instance_id: string;
  instance_name: string;
  source_system: string;
  source_system_id: string | null;
}

export interface Tenant {
  tenant_id: string;
  tenant_name: string;
  instances: readonly Instance[];
}

/** Who has been let in, before it is known for which of its tenants it speaks. */
export interface Credentials {
  /** Names the credentials in logs and rate limits: `key:<id>` or `client:<id>`. */
  id: string;
  /** A key speaks for its one tenant and instance; a token's bearer must say for which of its tenants. */
  kind: 'key' | 'token';
  tenants: readonly Tenant[];
  scopes: readonly string[];
}

/** The tenant a request speaks for. */
export interface Caller {
  credentials: string;
  tenant_id: string;
  tenant_name: string;
  instance_id: string | null;
  instance_name: string | null;
  source_system: string | null;
  source_system_id: string | null;
}

/** Why someone was not let in. `detail` is all they are told. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
  readonly status: 401 | 403;
  constructor(status: 401 | 403, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** The caller, if the credentials may do this in the named tenant's name; throws NotAllowed. */
export const callerFor = (
  { id, kind, tenants, scopes }: Credentials,
  scope: Scope,
  named: { tenantName?: string; originInstanceName?: string },
): Caller => {
  if (!scopes.includes(scope)) throw new NotAllowed(403, `These credentials lack the scope ${scope}.`);
  const tenant = kind === 'key' && named.tenantName === undefined ? tenants[0] : tenants.find(({ tenant_name }) => tenant_name === named.tenantName);
  if (!tenant) throw new NotAllowed(403, 'These credentials do not speak for the tenant in X-Tenant-Name.');
  const instance =
    named.originInstanceName === undefined
      ? tenant.instances[0]
      : tenant.instances.find(({ instance_name }) => instance_name === named.originInstanceName);
  if (!instance && named.originInstanceName !== undefined) {
    throw new NotAllowed(403, 'These credentials do not speak for the instance in X-Origin-Instance-Name.');
  }
  return {
    credentials: id,
    tenant_id: tenant.tenant_id,
    tenant_name: tenant.tenant_name,
    instance_id: instance?.instance_id ?? null,
    instance_name: instance?.instance_name ?? null,
    source_system: instance?.source_system ?? null,
    source_system_id: instance?.source_system_id ?? null,
  };
};
