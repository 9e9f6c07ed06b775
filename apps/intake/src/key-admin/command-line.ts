import { parseArgs } from 'node:util';
import type { keyCommands } from './commands.js';
import { KeyError } from './commands.js';

export const usage = `npm run keys -- <command>
  create --tenant NAME --instance NAME [--scopes a,b] [--expires 2030-01-31]
  list   [--tenant NAME]
  revoke KEY-ID
  rotate KEY-ID [--grace-hours 24]`;

/** Does what the arguments say and answers what to print. Throws KeyError with a sentence for the operator. */
export const runKeys = async (args: readonly string[], commands: ReturnType<typeof keyCommands>): Promise<string> => {
  const { positionals, values } = read(args);
  const [command, id] = positionals;
  switch (command) {
    case 'create': {
      const { tenant, instance, scopes, expires } = values;
      if (tenant === undefined || instance === undefined) throw new KeyError('create needs --tenant and --instance.');
      const made = await commands.create({ tenant, instance, ...(scopes !== undefined && { scopes: scopes.split(',') }), ...(expires !== undefined && { expiresAt: new Date(expires) }) });
      return shown(made.id, made.text);
    }
    case 'list':
      return (await commands.list(values.tenant)).map(line).join('\n') || 'There are no keys.';
    case 'revoke':
      await commands.revoke(needed(id));
      return `Key ${id} is revoked. Within half a minute it works nowhere.`;
    case 'rotate': {
      const made = await commands.rotate(needed(id), Number(values['grace-hours'] ?? 24));
      return `${shown(made.id, made.text)}\nKey ${id} works until ${made.oldWorksUntil.toISOString()}.`;
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

const read = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new KeyError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
};

const needed = (id: string | undefined): string => {
  if (id === undefined) throw new KeyError(`Which key? ${usage}`);
  return id;
};

const shown = (id: string, text: string): string => `Key ${id}. It is shown this once and kept nowhere:\n\n  ${text}\n`;

const line = ({ _id, tenant_id, instance_id, scopes, live, expires_at, revoked_at }: Awaited<ReturnType<ReturnType<typeof keyCommands>['list']>>[number]): string => {
  const state = revoked_at ? `revoked ${revoked_at.toISOString()}` : expires_at ? `${live ? 'works until' : 'expired'} ${expires_at.toISOString()}` : 'works';
  return `${_id}  ${tenant_id}  ${instance_id ?? '-'}  ${state}  ${scopes.join(',')}`;
};
