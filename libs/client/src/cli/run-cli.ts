import { parseArgs } from 'node:util';
import type { Command, Tools, Values } from './command.js';
import { UsageError } from './command.js';
import { acceptCommand, cancelCommand, rejectCommand } from './decide.command.js';
import { exitCodes } from './exit-codes.js';
import { failureOf } from './failure.js';
import { helpOf, overview } from './help.js';
import { listCommand } from './list.command.js';
import { recoverCommand, resumeCommand } from './operate.command.js';
import { printable } from './printable.js';
import { resetCommand } from './reset.command.js';
import type { Environment } from './settings.js';
import { clientOf, operatorSettingOptions, operatorsOf, settingOptions } from './settings.js';
import { statusCommand } from './status.command.js';

const operatorCommands: readonly Command[] = [resumeCommand, recoverCommand];

const commands: readonly Command[] = [resetCommand, statusCommand, listCommand, cancelCommand, acceptCommand, rejectCommand, ...operatorCommands];

/** What the command line touches of the world. */
export interface Surroundings {
  env: Environment;
  out(text: string): void;
  err(text: string): void;
  /** Whether a person watches `out`. */
  terminal: boolean;
  readFile(path: string): string;
  /** Aborted when the user has had enough. */
  signal: AbortSignal;
}

/** Takes away the line a terminal is at. */
const wipe = '\r\u001b[K';

/** Does what the arguments say; answers the exit code. */
export const runCli = async (args: readonly string[], surroundings: Surroundings): Promise<number> => {
  const { out, err } = surroundings;
  const [name = '', ...rest] = args;
  const command = commands.find((one) => one.name === name);
  if (!command) {
    const asked = name === '' || name === 'help' || name === '--help' || name === '-h';
    if (asked) out(`${overview(commands)}\n`);
    else err(`There is no command ${printable(name)}.\n\n${overview(commands)}\n`);
    return asked && name !== '' ? exitCodes.done : exitCodes.usage;
  }
  const wantsJson = rest.includes('--json');
  try {
    const settings = operatorCommands.includes(command) ? operatorSettingOptions : settingOptions;
    const { values, positionals } = read(rest, { ...command.options, ...settings });
    if (values['help']) {
      out(`${helpOf(command, settings)}\n`);
      return exitCodes.done;
    }
    return await command.run(values, positionals, toolsFor(values, surroundings));
  } catch (error) {
    if (surroundings.signal.aborted) return exitCodes.interrupted;
    const { code, told, document } = failureOf(error, command);
    if (wantsJson) out(`${JSON.stringify(document, null, 2)}\n`);
    else {
      if (surroundings.terminal) out(wipe);
      err(`${told}\n`);
    }
    return code;
  }
};

const read = (args: readonly string[], options: Command['options']): { values: Values; positionals: string[] } => {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }])) });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const toolsFor = (values: Values, { env, out, terminal, readFile, signal }: Surroundings): Tools => {
  const quiet = values['json'] === true;
  const live = terminal && !quiet;
  return {
    client: () => clientOf({ values, env, readFile }),
    operators: () => operatorsOf({ values, env, readFile }),
    say: (line) => quiet || out(`${live ? wipe : ''}${printable(line)}\n`),
    passing: (line) => live && out(`${wipe}${printable(line)}`),
    json: (document) => quiet && out(`${JSON.stringify(document, null, 2)}\n`),
    quiet,
    signal,
  };
};
