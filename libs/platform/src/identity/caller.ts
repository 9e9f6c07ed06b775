/** Every scope that credentials can have. */
export const scopes = ['order:reset', 'order:get', 'order:create', 'order:save_bol', 'order:save_drop', 'order:update_status', 'order_request:accept'] as const;

export type Scope = (typeof scopes)[number];

/** An installation of a tenant's system. */
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

/** Valid credentials, before the tenant of the request is known. */
export interface Credentials {
  /** Identifies the credentials in logs and rate limits: `key:<id>` or `client:<id>`. */
  id: string;
  /** A key belongs to one tenant and instance. A token may belong to several tenants, so each request must name one. */
  kind: 'key' | 'token';
  tenants: readonly Tenant[];
  scopes: readonly string[];
}

/** The tenant and instance that make a request. */
export interface Caller {
  credentials: string;
  tenant_id: string;
  tenant_name: string;
  instance_id: string | null;
  instance_name: string | null;
  source_system: string | null;
  source_system_id: string | null;
}

/** The credentials of a request are invalid (401) or insufficient (403). `detail` is the text for the caller. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
  readonly status: 401 | 403;
  constructor(status: 401 | 403, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** Returns the caller of a request. Throws NotAllowed if the credentials lack the scope, the named tenant or the named instance. */
export const callerFor = (
  { id, kind, tenants, scopes }: Credentials,
  scope: Scope,
  named: { tenantName?: string; originInstanceName?: string },
): Caller => {
  if (!scopes.includes(scope)) throw new NotAllowed(403, `These credentials lack the scope ${scope}. Have it added to them, or use other credentials.`);
  const tenant = kind === 'key' && named.tenantName === undefined ? tenants[0] : tenants.find(({ tenant_name }) => tenant_name === named.tenantName);
  if (!tenant) throw new NotAllowed(403, 'These credentials are not valid for the tenant in X-Tenant-Name. Check its spelling, or use other credentials.');
  const instance =
    named.originInstanceName === undefined
      ? tenant.instances[0]
      : tenant.instances.find(({ instance_name }) => instance_name === named.originInstanceName);
  if (!instance && named.originInstanceName !== undefined) {
    throw new NotAllowed(403, 'These credentials are not valid for the instance in X-Origin-Instance-Name. Check its spelling, or use other credentials.');
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
