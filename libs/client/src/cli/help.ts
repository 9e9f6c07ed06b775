import type { Command, Option } from './command.js';
import { exitMeanings } from './exit-codes.js';

export const helpOf = (command: Command, settings: Record<string, Option>): string =>
  [`crossroads ${command.name} ${command.usage}`, command.summary, command.details, `Options:\n${lines(command.options)}`, `Settings:\n${lines(settings)}`, exits].join('\n\n');

export const overview = (commands: readonly Command[]): string =>
  [
    'crossroads COMMAND …',
    commands.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`).join('\n'),
    'Help for a command: crossroads reset --help',
    'Settings are read from options, then from the environment: CROSSROADS_URL, CROSSROADS_API_KEY; for operators CROSSROADS_OPS_URL, CROSSROADS_OPS_KEY.',
    exits,
  ].join('\n\n');

const lines = (options: Record<string, Option>): string =>
  Object.entries(options)
    .map(([name, { value, description }]) => `  ${`--${name}${value === undefined ? '' : ` ${value}`}`.padEnd(26)} ${description}`)
    .join('\n');

const exits = `Exit codes:\n${exitMeanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}`;
