import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsIn, ranBlocks, ranWhole, callsSandbox } from './commands.js';
import { documents, exists, files, top } from './documents.js';

/** Commands that a test runs, by their beginning. Pages that are run completely, and blocks for a sandbox, need no row: see commands.ts. */
const ranBy: readonly [begins: RegExp, test: string][] = [
  [/^npm start$/, 'tests/sandbox/sandbox.test.ts'],
  [/^npm run demo$/, 'tests/sandbox/sandbox.test.ts'],
  [/^npm run chaos/, 'tests/chaos/chaos.test.ts'],
  [/^npm run generate/, 'tests/deploy/generate.test.ts'],
  [/^npm run keys/, 'apps/intake/src/key-admin/command-line.test.ts'],
  // The recipe for a Redis Cluster on one machine.
  [/^(mkdir -p \.data\/cluster|for port in 7000|redis-server --port \$port|done$|until redis-cli -p 7002|redis-cli --cluster create|cd \.\.\/\.\.$)/, 'tests/scale/documented.test.ts'],
  [/^curl .*\/v1\/ops\/sagas\/SAGA-ID\/resume/, 'apps/ops/src/api/api.test.ts'],
];

const { scripts } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** Things that a command names and that must exist: the part in parentheses, and a check for it. */
const references: readonly [command: RegExp, nameExists: (name: string) => boolean][] = [
  [/^npm run ([\w:-]+)/, (script) => script in scripts],
  [/^npm (start|test)\b/, (script) => script in scripts],
  [/^npm (ci|install)\b/, () => exists('package-lock.json')],
  [/^npm \w+ .*--workspace (\S+)/, exists],
  [/^(?:node|bash) (?:--[\w-]+ )*([\w./-]+)/, exists],
  [/^npx jest ([\w./-]+)/, (prefix) => files().some((file) => file.startsWith(prefix))],
  [/^docker compose (?:-f )?(\S*)/, (file) => exists(/\.ya?ml$/.test(file) ? file : 'docker-compose.yml')],
  [/^docker (build|run)\b/, () => exists('Dockerfile')],
  [/^kubectl .*-[fk] (\S+)/, exists],
  [/^echo "([A-Z_]+)=/, (setting) => readFileSync(join(top, '.env.example'), 'utf8').includes(`\n${setting}=`)],
  // The tools of MongoDB are not installed. tests/deploy/deploying.test.ts checks the collections.
  [/^mongorestore\b/, () => true],
  // There is no cluster to run these commands on. The tests of the manifests check their arguments.
  [/^kubectl (?:-n \S+ )?(get|logs|describe|rollout|scale|create|set|wait|exec|port-forward|delete|drain)\b/, () => true],
];

/** Removes the settings before a command. */
const withoutSettings = (command: string): string => command.replace(/^([A-Z][A-Z0-9_]*=("[^"]*"|\S*) +)+/, '');

const isAccountedFor = (command: string): boolean => {
  if (ranBy.some(([begins]) => begins.test(command))) return true;
  return references.some(([pattern, nameExists]) => pattern.test(command) && nameExists(pattern.exec(command)![1]!));
};

const isRun = (page: string, block: string): boolean => callsSandbox(block) || ranBlocks.some((ran) => ran.page === page && ran.with.test(block));

describe('every documented command is run by a test, or names something that exists', () => {
  const documented = documents().filter(({ path }) => !(path in ranWhole)).flatMap(({ path, codeBlocks, codes }) => [
    ...codeBlocks.filter(({ language, text }) => ['bash', 'sh', 'shell'].includes(language) && !isRun(path, text)).flatMap(({ text }) => commandsIn(text).map((command) => [path, command] as const)),
    ...codes.filter((code) => /^([A-Z_]+=\S+ )*(npm|npx jest|node) /.test(code)).map((command) => [path, command] as const),
  ]);

  test.each(documented)('%s: %s', (_, command) => {
    expect([withoutSettings(command), isAccountedFor(withoutSettings(command))]).toEqual([withoutSettings(command), true]);
  });
});

test('the tests that run documented commands exist', () => {
  const testFiles = [...ranBy.map(([, path]) => path), ...[...Object.entries(ranWhole), ...ranBlocks.map(({ page, by }) => [page, by] as const)].flatMap(([page, path]) => (exists(page) ? [path] : []))];
  expect(testFiles.filter((path) => !exists(path))).toEqual([]);
});

test('a block for a sandbox is distinguished from one with placeholders', () => {
  expect(callsSandbox('curl http://localhost:8080/v1/order/reset')).toBe(true);
  expect(callsSandbox('curl http://127.0.0.1:8081/v1/ops/sagas/SAGA-ID/resume')).toBe(false);
});

test('lines joined by a backslash are one command, and a comment is no command', () => {
  expect(commandsIn('# first\ncurl a \\\n  -H b\nnpm test   # all of them\n')).toEqual(['curl a -H b', 'npm test']);
});
