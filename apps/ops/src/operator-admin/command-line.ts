import { parseArgs } from 'node:util';
import type { operatorCommands } from './commands.js';
import { OperatorError } from './commands.js';

const usage = `npm run operators -- <command>
  create NAME --role viewer|operator   a new operator, or a new password for this one
  list                                 operators and their keys
  revoke NAME|KEY-ID                   takes an operator away, or one key
  key NAME [--expires 2030-01-31]      a key to the operator API`;

/** Does what the arguments say and answers what to print. Throws OperatorError with a sentence for whoever typed them. */
export const runOperators = async (args: readonly string[], commands: ReturnType<typeof operatorCommands>): Promise<string> => {
  const { positionals, values } = read(args);
  const [command, name] = positionals;
  switch (command) {
    case 'create': {
      const { password, replaced } = await commands.create(needed(name), values.role ?? 'viewer');
      return `${replaced ? 'New password of' : 'New operator'} ${name} (${values.role ?? 'viewer'}). It is shown this once and kept nowhere:\n\n  ${password}\n`;
    }
    case 'list': {
      const { operators, keys } = await commands.list();
      const lines = [
        ...operators.map(({ _id, role, created_at }) => `${_id}  ${role}  since ${created_at.toISOString()}`),
        ...keys.map(({ _id, username, live, expires_at }) => `key ${_id}  ${username}  ${live ? 'works' : 'works no more'}${live && expires_at ? ` until ${expires_at.toISOString()}` : ''}`),
      ];
      return lines.join('\n') || 'There are no operators.';
    }
    case 'revoke':
      return commands.revoke(needed(name));
    case 'key': {
      const { id, text } = await commands.key(needed(name), values.expires === undefined ? null : new Date(values.expires));
      return `Key ${id} of ${name}. It is shown this once and kept nowhere:\n\n  ${text}\n`;
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

const needed = (name: string | undefined): string => {
  if (name === undefined) throw new OperatorError(`Whose? ${usage}`);
  return name;
};
