import type { Client } from '../create-client.js';
import type { OperatorClient } from '../create-operator-client.js';

/** One option of a command, for the parser and for the help at once. */
export interface Option {
  type: 'string' | 'boolean';
  /** What stands for the value in the help. */
  value?: string;
  description: string;
}

export type Values = Record<string, string | boolean | undefined>;

/** What a command works with. */
export interface Tools {
  /** Made when asked for, so that a command needs only the settings it uses. */
  client(): Client;
  operators(): { client: OperatorClient; url: string };
  say(line: string): void;
  /** A line that the next one takes the place of; nothing where the output is no terminal. */
  passing(line: string): void;
  /** For scripts: the one JSON document that is printed with --json. */
  json(document: object): void;
  /** Whether only JSON is wanted. */
  quiet: boolean;
  signal: AbortSignal;
}

export interface Command {
  name: string;
  /** What follows the name. */
  usage: string;
  summary: string;
  /** What the summary leaves open, with an example. */
  more: string;
  options: Record<string, Option>;
  /** Answers the exit code; throws UsageError or CrossroadsError. */
  run(values: Values, words: readonly string[], tools: Tools): Promise<number>;
}

/** The command line cannot be understood, or lacks something. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const text = (values: Values, name: string): string | undefined => {
  const value = values[name];
  if (typeof value === 'string' && value.trim() === '') throw new UsageError(`--${name} is empty.`);
  return typeof value === 'string' ? value : undefined;
};

export const needed = (values: Values, name: string): string => {
  const value = text(values, name);
  if (value === undefined) throw new UsageError(`--${name} is missing.`);
  return value;
};

export const count = (values: Values, name: string, otherwise: number): number => {
  const value = text(values, name);
  if (value === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(value)) throw new UsageError(`--${name} must be a whole number, not ${value}.`);
  return Number(value);
};

export const onlyWord = (words: readonly string[], what: string): string => {
  const [word, ...others] = words;
  if (word === undefined || word.trim() === '') throw new UsageError(`Which ${what}?`);
  if (others.length > 0) throw new UsageError(`One ${what} at a time: ${others[0]} is too much. Put quotes around what has spaces in it.`);
  return word;
};

export const noWords = (words: readonly string[]): void => {
  if (words.length > 0) throw new UsageError(`${words[0]} is not understood here. Put quotes around what has spaces in it.`);
};
