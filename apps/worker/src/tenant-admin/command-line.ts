import { parseArgs } from 'node:util';
import type { tenantCommands } from './commands.js';
import { TenantError } from './commands.js';

type Commands = ReturnType<typeof tenantCommands>;

const tenantUsage = `npm run tenants -- <command>
  create NAME [--id ID] [--partner NAME]...   creates a tenant. It and its partners may create orders with each other
  list                                        lists all tenants, their partners and their instances`;

const instanceUsage = `npm run instances -- create NAME --tenant NAME --source-system webhook|gravitate_sd --url URL --secret-ref env:NAME|file:/path
  [--id ID] [--source-system-id ID] [--on-rejection restore|keep]`;

/** Runs a command on tenants and returns its output. Throws TenantError. */
export const runTenants = async (args: readonly string[], commands: Commands): Promise<string> => {
  const { values, positionals } = read(args, { id: { type: 'string' }, partner: { type: 'string', multiple: true } }, tenantUsage);
  const [command, name, ...rest] = positionals;
  if (command === 'list' && name === undefined) return (await commands.list()).flatMap(linesOf).join('\n') || 'No tenants found.';
  if (command !== 'create' || name === undefined || rest.length > 0) throw new TenantError(tenantUsage);
  const tenant = await commands.createTenant({ name, id: values.id, partners: values.partner ?? [] });
  return `Tenant ${tenant._id} created: ${name}. Next: npm run instances -- create NAME --tenant "${name}" …, then npm run keys -- create.`;
};

/** Runs a command on instances and returns its output. Throws TenantError. */
export const runInstances = async (args: readonly string[], commands: Commands): Promise<string> => {
  const { values, positionals } = read(
    args,
    { id: { type: 'string' }, tenant: { type: 'string' }, url: { type: 'string' }, 'source-system': { type: 'string' }, 'source-system-id': { type: 'string' }, 'secret-ref': { type: 'string' }, 'on-rejection': { type: 'string' } },
    instanceUsage,
  );
  const [command, name, ...rest] = positionals;
  if (command !== 'create' || name === undefined || rest.length > 0) throw new TenantError(instanceUsage);
  const required = (option: 'tenant' | 'url' | 'source-system' | 'secret-ref'): string => {
    const value = values[option];
    if (value === undefined) throw new TenantError(`create requires --${option}.\n${instanceUsage}`);
    return value;
  };
  const instance = await commands.createInstance({
    name,
    id: values.id,
    tenant: required('tenant'),
    sourceSystem: required('source-system'),
    sourceSystemId: values['source-system-id'],
    url: required('url'),
    secretRef: required('secret-ref'),
    onRejection: values['on-rejection'],
  });
  return `Instance ${instance._id} created: ${name} of tenant ${instance.tenant_id}. Resets for it are sent to ${instance.url}. Next: store its secret at the reference for every worker.`;
};

const linesOf = ({ _id, name, partners = [], retention_days, instances }: Awaited<ReturnType<Commands['list']>>[number]): string[] => [
  `${_id}  ${name}${partners.length > 0 ? `  partners ${partners.join(', ')}` : ''}${retention_days === undefined ? '' : `  retention ${retention_days} days`}`,
  ...instances.map((instance) => `  ${instance._id}  ${instance.name}  ${instance.source_system}  ${instance.url}${instance.paused ? '  paused' : ''}`),
];

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

const read = <O extends Options>(args: readonly string[], options: O, usage: string) => {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new TenantError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
};
