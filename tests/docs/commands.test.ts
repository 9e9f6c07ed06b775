import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsIn, ranBlocks, ranWhole, speaksToSandbox } from './commands.js';
import { documents, exists, files, top } from './documents.js';

/** Commands that a test runs, by how they begin. A page that is run whole, and blocks that speak to a sandbox, need no row: see commands.ts. */
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

/** What a command names that must be there: the part in parentheses, and whether it is. */
const names: readonly [command: RegExp, isThere: (name: string) => boolean][] = [
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
  // MongoDB's own tools are not here; the collections are checked by tests/deploy/deploying.test.ts.
  [/^mongorestore\b/, () => true],
  // There is no cluster here to try them on; what they are given is checked above and by the tests of the manifests.
  [/^kubectl (?:-n \S+ )?(get|logs|describe|rollout|scale|create|set|wait|exec|port-forward|delete|drain)\b/, () => true],
];

/** Settings in front of a command are not the command. */
const bare = (command: string): string => command.replace(/^([A-Z][A-Z0-9_]*=("[^"]*"|\S*) +)+/, '');

const isAccountedFor = (command: string): boolean => {
  if (ranBy.some(([begins]) => begins.test(command))) return true;
  return names.some(([pattern, isThere]) => pattern.test(command) && isThere(pattern.exec(command)![1]!));
};

const isRun = (page: string, block: string): boolean => speaksToSandbox(block) || ranBlocks.some((ran) => ran.page === page && ran.with.test(block));

describe('every command a page tells people to type is run by a test, or names something that is there', () => {
  const told = documents().filter(({ path }) => !(path in ranWhole)).flatMap(({ path, locks, codes }) => [
    ...locks.filter(({ language, text }) => ['bash', 'sh', 'shell'].includes(language) && !isRun(path, text)).flatMap(({ text }) => commandsIn(text).map((command) => [path, command] as const)),
    ...codes.filter((code) => /^([A-Z_]+=\S+ )*(npm|npx jest|node) /.test(code)).map((command) => [path, command] as const),
  ]);

  test.each(told)('%s: %s', (_, command) => {
    expect([bare(command), isAccountedFor(bare(command))]).toEqual([bare(command), true]);
  });
});

test('tests that are said to run commands are there', () => {
  const said = [...ranBy.map(([, path]) => path), ...[...Object.entries(ranWhole), ...ranBlocks.map(({ page, by }) => [page, by] as const)].flatMap(([page, path]) => (exists(page) ? [path] : []))];
  expect(said.filter((path) => !exists(path))).toEqual([]);
});

test('a block that speaks to a sandbox is told from one with holes to fill in', () => {
  expect(speaksToSandbox('curl http://localhost:8080/v1/order/reset')).toBe(true);
  expect(speaksToSandbox('curl http://127.0.0.1:8081/v1/ops/sagas/SAGA-ID/resume')).toBe(false);
});

test('what goes on behind a backslash is one command, and a comment is none', () => {
  expect(commandsIn('# first\ncurl a \\\n  -H b\nnpm test   # all of them\n')).toEqual(['curl a -H b', 'npm test']);
});
