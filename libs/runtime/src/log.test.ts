import { afterEach, expect, jest, test } from '@jest/globals';
import { createLog } from './log.js';

const said: string[] = [];
/** Winston's console transport writes to the console's own stream where there is one, and else to `console.log`. */
const listening = (): void => {
  const { _stdout: stream } = console as { _stdout?: NodeJS.WriteStream };
  if (stream) jest.spyOn(stream, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  else jest.spyOn(console, 'log').mockImplementation((text: unknown) => void said.push(String(text)));
};
afterEach(() => {
  said.length = 0;
  jest.restoreAllMocks();
});

test('a line is JSON with its facts, and an error keeps its message, code and cause', () => {
  listening();
  createLog({ level: 'info', app: 'worker' }).warn('it broke', { saga_id: 's', error: Object.assign(new Error('no way', { cause: new Error('why') }), { code: 'E1' }) });
  expect(JSON.parse(said[0]!)).toMatchObject({ app: 'worker', level: 'warn', message: 'it broke', saga_id: 's', error: { message: 'no way', code: 'E1', cause: { message: 'why' } } });
});

test('secrets are not in it, nor can a value begin a line of its own', () => {
  listening();
  createLog({ level: 'info', app: 'intake' }).info('asked', { headers: { authorization: 'Bearer canary', 'x-api-key': 'canary' }, password: 'canary', order: 'a\n{"level":"error"}' });
  expect(said.join('')).not.toContain('canary');
  expect(said.join('').trimEnd().split('\n')).toHaveLength(1);
});

test('what nobody wants is not said', () => {
  listening();
  createLog({ level: 'warn', app: 'intake' }).info('chatter');
  expect(said).toEqual([]);
});
