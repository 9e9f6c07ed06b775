import { parseArgs } from 'node:util';
import type { Command, Tools, Values } from './command.js';
import { printable, UsageError } from './command.js';
import { acceptCommand, cancelCommand, rejectCommand } from './decide.command.js';
import { exitCodes } from './exit-codes.js';
import { failureOf } from './failure.js';
import { helpOf, overview } from './help.js';
import { listCommand } from './list.command.js';
import { recoverCommand, resumeCommand } from './operate.command.js';
import { resetCommand } from './reset.command.js';
import type { Environment } from './settings.js';
import { clientOf, operatorSettingOptions, operatorsOf, settingOptions } from './settings.js';
import { statusCommand } from './status.command.js';

const operatorCommands: readonly Command[] = [resumeCommand, recoverCommand];

const commands: readonly Command[] = [resetCommand, statusCommand, listCommand, cancelCommand, acceptCommand, rejectCommand, ...operatorCommands];

/** The parts of the process that the command line uses. */
export interface CliProcess {
  env: Environment;
  out(text: string): void;
  err(text: string): void;
  /** Whether `out` is a terminal. */
  isTerminal: boolean;
  readFile(path: string): string;
  /** Aborted after Ctrl-C. */
  signal: AbortSignal;
}

/** Clears the current line of a terminal. */
const clearLine = '\r\u001b[K';

/** Runs the command in `args`. Returns the exit code. */
export const runCli = async (args: readonly string[], cliProcess: CliProcess): Promise<number> => {
  const { out, err } = cliProcess;
  const [name = '', ...rest] = args;
  const command = commands.find((one) => one.name === name);
  if (!command) {
    const isHelp = name === '' || name === 'help' || name === '--help' || name === '-h';
    if (isHelp) out(`${overview(commands)}\n`);
    else err(`There is no command ${printable(name)}.\n\n${overview(commands)}\n`);
    return isHelp && name !== '' ? exitCodes.done : exitCodes.usage;
  }
  const wantsJson = rest.includes('--json');
  try {
    const settings = operatorCommands.includes(command) ? operatorSettingOptions : settingOptions;
    const { values, positionals } = parse(rest, { ...command.options, ...settings });
    if (values['help']) {
      out(`${helpOf(command, settings)}\n`);
      return exitCodes.done;
    }
    return await command.run(values, positionals, toolsFor(values, cliProcess));
  } catch (error) {
    if (cliProcess.signal.aborted) return exitCodes.interrupted;
    const { code, text, document } = failureOf(error, command);
    if (wantsJson) out(`${JSON.stringify(document, null, 2)}\n`);
    else {
      if (cliProcess.isTerminal) out(clearLine);
      err(`${text}\n`);
    }
    return code;
  }
};

const parse = (args: readonly string[], options: Command['options']): { values: Values; positionals: string[] } => {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }])) });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const toolsFor = (values: Values, { env, out, isTerminal, readFile, signal }: CliProcess): Tools => {
  const isJson = values['json'] === true;
  const isLive = isTerminal && !isJson;
  return {
    client: () => clientOf({ values, env, readFile }),
    operators: () => operatorsOf({ values, env, readFile }),
    print: (line) => isJson || out(`${isLive ? clearLine : ''}${printable(line)}\n`),
    printTemporary: (line) => isLive && out(`${clearLine}${printable(line)}`),
    json: (document) => isJson && out(`${JSON.stringify(document, null, 2)}\n`),
    signal,
  };
};
