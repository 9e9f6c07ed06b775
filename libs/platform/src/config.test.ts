import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { readConfig, readConfigOrExit, settings } from './config.js';

const schema = z.object({
  MONGODB_URI: settings.mongodbUri,
  TOKEN_SECRET: z.string().min(32, 'must have at least 32 characters').describe('Secret of the tokens.'),
  INTAKE_PORT: settings.port(8080, 'Port.'),
});

const outputOf = (env: Record<string, string>) => {
  let output = '';
  const exit = (code?: number | string | null): never => {
    throw new Error(`exit ${code}`);
  };
  const read = () => readConfigOrExit(schema, { env, stderr: { write: (text: string) => void (output += text) } as never, exit });
  return { read, output: () => output };
};

test('each missing setting has a sentence with its name and its description', () => {
  expect(() => readConfig(schema, { TOKEN_SECRET: '' })).toThrow(
    'MONGODB_URI is missing. MongoDB, the source of truth.\nTOKEN_SECRET is missing. Secret of the tokens.\nThe file .env.example describes every setting.',
  );
});

test('an invalid setting has a sentence with the reason and without the value', () => {
  const env = { MONGODB_URI: 'mysql://root:secret-value@db', TOKEN_SECRET: 'short-secret', INTAKE_PORT: 'http' };
  expect(() => readConfig(schema, env)).toThrow(/^MONGODB_URI is invalid: must begin with mongodb.*\nTOKEN_SECRET is invalid: must have at least 32 characters\.\nINTAKE_PORT is invalid: [^\n]*number/);
  expect(() => readConfig(schema, env)).not.toThrow(/secret-value|short-secret/);
});

test('a setting that contradicts another one is invalid, also if it has its default', () => {
  const related = z.object({ MOST: settings.count(3, 'Most.'), SOME: settings.count(2, 'Some.') }).refine(({ MOST, SOME }) => MOST > SOME, { path: ['MOST'], message: 'must exceed SOME' });
  expect(readConfig(related, {})).toEqual({ MOST: 3, SOME: 2 });
  for (const env of [{ SOME: '3' }, { MOST: '2' }]) expect(() => readConfig(related, env)).toThrow('MOST is invalid: must exceed SOME.\nThe file');
});

test('a process without a setting prints the sentences and exits with code 1', () => {
  const { read, output } = outputOf({ TOKEN_SECRET: 'x'.repeat(32) });
  expect(read).toThrow('exit 1');
  expect(output()).toBe('MONGODB_URI is missing. MongoDB, the source of truth.\nThe file .env.example describes every setting.\n');
});

test('a process with its settings gets them', () => {
  expect(outputOf({ TOKEN_SECRET: 'x'.repeat(32), MONGODB_URI: 'mongodb://db' }).read()).toMatchObject({ INTAKE_PORT: 8080 });
});
