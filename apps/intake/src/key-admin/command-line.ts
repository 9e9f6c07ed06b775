import { parseArgs } from 'node:util';
import { calendarDate } from '@crossroads/platform';
import type { keyCommands } from './commands.js';
import { KeyError } from './commands.js';

export const usage = `npm run keys -- <command>
  create --tenant NAME --instance NAME [--scopes a,b] [--expires 2030-01-31]
  list   [--tenant NAME]
  revoke KEY-ID
  rotate KEY-ID [--grace-hours 24]`;

/** Runs the command in `args`. Returns the text to print. Throws KeyError with a message for the administrator. */
export const runKeys = async (args: readonly string[], commands: ReturnType<typeof keyCommands>): Promise<string> => {
  const { positionals, values } = parse(args);
  const [command, id] = positionals;
  switch (command) {
    case 'create': {
      const { tenant, instance, scopes, expires } = values;
      if (tenant === undefined || instance === undefined) throw new KeyError('create requires --tenant and --instance.');
      const created = await commands.create({ tenant, instance, ...(scopes !== undefined && { scopes: scopes.split(',') }), ...(expires !== undefined && { expiresAt: calendarDate(expires) }) });
      return describeNewKey(created.id, created.text);
    }
    case 'list':
      return (await commands.list(values.tenant)).map(describeKey).join('\n') || 'No keys found.';
    case 'revoke':
      await commands.revoke(required(id));
      return `Key ${id} is revoked. All intakes reject it within 30 seconds.`;
    case 'rotate': {
      const created = await commands.rotate(required(id), hoursIn(values['grace-hours'] ?? '24'));
      return `${describeNewKey(created.id, created.text)}\nKey ${id} is valid until ${created.oldValidUntil.toISOString()}.`;
    }
    default:
      throw new KeyError(usage);
  }
};

const options = {
  tenant: { type: 'string' },
  instance: { type: 'string' },
  scopes: { type: 'string' },
  expires: { type: 'string' },
  'grace-hours': { type: 'string' },
} as const;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new KeyError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
};

/** `Number` would also read "", "0x10" and "1e9". */
const hoursIn = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.NaN);

const required = (id: string | undefined): string => {
  if (id === undefined) throw new KeyError(`The key id is missing.\n${usage}`);
  return id;
};

const describeNewKey = (id: string, text: string): string => `Key ${id}. Copy it now: it is not stored and cannot be shown again.\n\n  ${text}\n`;

const describeKey = ({ _id, tenant_id, instance_id, scopes, is_valid, expires_at, revoked_at }: Awaited<ReturnType<ReturnType<typeof keyCommands>['list']>>[number]): string => {
  const state = revoked_at ? `revoked ${revoked_at.toISOString()}` : expires_at ? `${is_valid ? 'valid until' : 'expired'} ${expires_at.toISOString()}` : 'valid';
  return `${_id}  ${tenant_id}  ${instance_id ?? '-'}  ${state}  ${scopes.join(',')}`;
};
