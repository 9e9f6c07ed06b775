import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';
import { openApiDocument } from '../../apps/intake/src/routes.js';
import { slowNearMiss } from './linear-time.js';

const root = join(__dirname, '../..');

/** Files that run only in tests and in the sandbox of a developer. */
const notDeployed = /^libs\/testkit\/|^apps\/sandbox\/|\/testing\/|\.test\.tsx?$/;

interface Found {
  file: string;
  pattern: RegExp;
}

/** Returns every regular expression literal in a file. Throws for a pattern that is built at run time, because this test cannot read it. */
const literalsIn = (file: string): RegExp[] => {
  const found: RegExp[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const { type, pattern, flags, callee } = node as { type?: string; pattern?: string; flags?: string; callee?: { value?: string } };
    if (type === 'RegExpLiteral') found.push(new RegExp(pattern!, flags));
    if (callee?.value === 'RegExp') throw new Error(`${file} builds a pattern at run time. Write the pattern as a literal, so that this test can check it.`);
    Object.values(node).forEach(visit);
  };
  visit(parseSync(readFileSync(join(root, file), 'utf8'), { syntax: 'typescript', tsx: file.endsWith('x') }).body);
  return found;
};

const files = execFileSync('git', ['ls-files', 'apps', 'libs'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.tsx?$/.test(file) && !notDeployed.test(file));
const literals: Found[] = files.flatMap((file) => literalsIn(file).map((pattern) => ({ file, pattern })));

/** The patterns of the API description include those of zod. */
const described: Found[] = [...JSON.stringify(openApiDocument()).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(([, source]) => ({ file: 'openapi.json', pattern: new RegExp(JSON.parse(source!) as string, 'u') }));

const all = [...new Map([...literals, ...described].map(({ file, pattern }) => [`${file} ${String(pattern)}`, pattern]))];

test('the test finds the patterns of the tree', () => {
  expect(literals.length).toBeGreaterThan(60);
  expect(described.length).toBeGreaterThan(0);
});

test.each(all)('%s takes linear time for 100 kB', (_, pattern) => {
  expect(slowNearMiss(pattern)).toBeUndefined();
});

describe('the check finds', () => {
  test.each<[string, RegExp]>([
    ['two adjacent runs of digits', /^[+-]?[0-9]+(?:_[0-9]+)*\.?[0-9]*$/],
    ['a run at the end of the text', /\/+$/],
    ['a run before a missing word', /(\w+:\/\/)[^\s/@]+@/g],
    ['a word between two runs', /[?&][^=&\s]*(?:key|token)[^=&\s]*=/gi],
    ['nested repetition', /^(?:[a-z]+)+$/],
    ['two equal alternatives', /^(?:a|[a-c])*d$/],
  ])('%s', (_, pattern) => {
    expect(slowNearMiss(pattern)).toBeDefined();
  });
});
