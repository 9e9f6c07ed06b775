import { parseArgs } from 'node:util';
import { calendarDate } from '@crossroads/platform';
import type { operatorCommands } from './commands.js';
import { OperatorError } from './commands.js';

const usage = `npm run operators -- <command>
  create NAME [--role viewer|operator]   creates an operator, or a new password for an existing one
                                         without --role, a new operator is a viewer, and an existing one keeps the role
  list                                   lists operators and their keys
  revoke NAME|KEY-ID                     removes an operator and all their keys, or revokes one key
  key NAME [--expires 2030-01-31]        creates a key for the operator API`;

/** Runs a command and returns its output. Throws OperatorError when the arguments are invalid or the command fails. */
export const runOperators = async (args: readonly string[], commands: ReturnType<typeof operatorCommands>): Promise<string> => {
  const { positionals, values } = read(args);
  const [command, name] = positionals;
  switch (command) {
    case 'create': {
      const { password, role, replaced } = await commands.create(required(name), values.role);
      return `${replaced ? 'Password replaced for' : 'Operator created:'} ${name} (${role}). The password is shown only once:\n\n  ${password}\n`;
    }
    case 'list': {
      const { operators, keys } = await commands.list();
      const lines = [
        ...operators.map(({ _id, role, created_at }) => `${_id}  ${role}  since ${created_at.toISOString()}`),
        ...keys.map(({ _id, username, live, expires_at }) => `key ${_id}  ${username}  ${live ? 'active' : 'expired or revoked'}${live && expires_at ? ` until ${expires_at.toISOString()}` : ''}`),
      ];
      return lines.join('\n') || 'No operators found.';
    }
    case 'revoke':
      return commands.revoke(required(name));
    case 'key': {
      const { id, text } = await commands.key(required(name), values.expires === undefined ? null : calendarDate(values.expires));
      return `Key ${id} created for ${name}. The key is shown only once:\n\n  ${text}\n`;
    }
    default:
      throw new OperatorError(usage);
  }
};

const options = { role: { type: 'string' }, expires: { type: 'string' } } as const;

const read = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new OperatorError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
};

const required = (name: string | undefined): string => {
  if (name === undefined) throw new OperatorError(`The argument NAME is missing.\n${usage}`);
  return name;
};
