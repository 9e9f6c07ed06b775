import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

interface Mutant {
  rule: string;
  file: string;
  from: string;
  to: string;
  foundBy: { test: string; title?: string } | { model: true };
}

/** Read in a Node process, because the list is an ES module. */
const mutants = JSON.parse(
  execFileSync(process.execPath, ['--input-type=module', '-e', "import { mutants } from './tests/mutants/mutants.mjs'; console.log(JSON.stringify(mutants));"], { encoding: 'utf8' }),
) as Mutant[];

test('each mutant changes one existing place, and its check exists', () => {
  const wrong = mutants.filter(({ file, from, foundBy }) => readFileSync(file, 'utf8').split(from).length !== 2 || ('test' in foundBy && readFileSync(foundBy.test, 'utf8') === ''));
  expect(wrong.map(({ file, from }) => `${file}: ${from}`)).toEqual([]);
  expect(new Set(mutants.map(({ rule }) => rule)).size).toBe(mutants.length);
  expect(mutants.length).toBeGreaterThanOrEqual(40);
});

test('each title that is named for a mutant exists, or its check would run no test', () => {
  const contracts = 'libs/testkit/src/contracts';
  const shared = readdirSync(contracts).map((name) => readFileSync(`${contracts}/${name}`, 'utf8')).join('\n');
  const missing = mutants.flatMap(({ foundBy }) => {
    if (!('test' in foundBy) || foundBy.title === undefined) return [];
    const text = `${readFileSync(foundBy.test, 'utf8')}\n${shared}`;
    return foundBy.title.split('|').filter((title) => !text.includes(title)).map((title) => `${foundBy.test}: ${title}`);
  });
  expect(missing).toEqual([]);
});
