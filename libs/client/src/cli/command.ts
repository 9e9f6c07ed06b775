import type { Client } from '../create-client.js';
import type { OperatorClient } from '../create-operator-client.js';

/** An option of a command, for the parser and the help. */
export interface Option {
  type: 'string' | 'boolean';
  /** Placeholder of the value in the help. */
  value?: string;
  description: string;
}

export type Values = Record<string, string | boolean | undefined>;

/** The functions that a command uses. */
export interface Tools {
  /** Creates the client. Throws UsageError if a required setting is missing. */
  client(): Client;
  operators(): { client: OperatorClient; url: string };
  /** Prints a line, except with --json. */
  print(line: string): void;
  /** Prints a line that the next one replaces. Prints nothing without a terminal. */
  printTemporary(line: string): void;
  /** Prints the JSON document, only with --json. */
  json(document: object): void;
  signal: AbortSignal;
}

export interface Command {
  name: string;
  /** Arguments after the name. */
  usage: string;
  summary: string;
  /** Further explanation with an example. */
  details: string;
  options: Record<string, Option>;
  /** Runs the command and returns the exit code. Throws UsageError or CrossroadsError. */
  run(values: Values, words: readonly string[], tools: Tools): Promise<number>;
}

/** The command line is invalid, or a setting is missing. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Returns the value of an option; undefined without it. Throws UsageError for an empty value. */
export const text = (values: Values, name: string): string | undefined => {
  const value = values[name];
  if (typeof value === 'string' && value.trim() === '') throw new UsageError(`--${name} is empty.`);
  return typeof value === 'string' ? value : undefined;
};

/** Returns the value of a required option. Throws UsageError without it. */
export const requiredText = (values: Values, name: string): string => {
  const value = text(values, name);
  if (value === undefined) throw new UsageError(`--${name} is missing.`);
  return value;
};

/** Returns the whole number of an option. Throws UsageError for another value. */
export const count = (values: Values, name: string, defaultValue: number): number => {
  const value = text(values, name);
  if (value === undefined) return defaultValue;
  if (!/^\d{1,9}$/.test(value)) throw new UsageError(`--${name} must be a whole number: ${value} is not.`);
  return Number(value);
};

/** Returns the only argument of a command. Throws UsageError for none or several. */
export const onlyWord = (words: readonly string[], what: string): string => {
  const [word, ...others] = words;
  if (word === undefined || word.trim() === '') throw new UsageError(`The id of the ${what} is missing.`);
  if (others.length > 0) throw new UsageError(`Only one ${what} is allowed: ${others[0]} is unexpected. Put quotes around a value with spaces.`);
  return word;
};

/** Throws UsageError if a command without arguments has any. */
export const noWords = (words: readonly string[]): void => {
  if (words.length > 0) throw new UsageError(`${words[0]} is unexpected. Put quotes around a value with spaces.`);
};

/** Replaces control characters, because texts of other tenants could otherwise control the terminal. */
export const printable = (text: string): string => text.replaceAll(/(?!\n)\p{Cc}/gu, '\ufffd');
