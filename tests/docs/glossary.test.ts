import { expect, test } from '@jest/globals';
import { integrationStatus } from '@crossroads/contract';
import type { ResetOrderPorts } from '@crossroads/order-reset';
import { sagaTypes } from '@crossroads/order-reset';
import { phases } from '@crossroads/store';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionNames } from '../../apps/ops/src/commands/with-audit.js';

const text = (path: string): string => readFileSync(join(__dirname, '../..', path), 'utf8');

/** The terms that the page explains: those before the colon of a line. */
const explained = new Set([...text('docs/glossary.md').matchAll(/^- (.*?): /gm)].flatMap(([, words]) => words!.split(', ').map((word) => word.replaceAll(/[`*]/g, ''))));

/** Returns the members of a union of literals from its source, because a type does not exist at run time. */
const union = (path: string, type: string): string[] => {
  const [, alternatives] = new RegExp(`export type ${type} = (.*);`).exec(text(path)) ?? [];
  return [...(alternatives ?? '').matchAll(/'([^']+)'/g)].map(([, word]) => word!);
};

const types = sagaTypes({} as ResetOrderPorts);

test.each([
  ['saga type', types.map(({ type }) => type)],
  ['step', types.flatMap(({ steps }) => steps.map(({ name }) => name))],
  ['status', integrationStatus.options],
  ['phase', [...phases]],
  ['outcome', union('libs/saga/src/journal.ts', 'Outcome')],
  ['direction', union('libs/saga/src/step.ts', 'Direction')],
  ['operator’s action', Object.values(actionNames)],
])('the glossary explains every %s', (_, words) => {
  expect(words.length).toBeGreaterThan(1);
  expect(words.filter((word) => !explained.has(word))).toEqual([]);
});

test('every name that the glossary explains as code exists in the code', () => {
  const named = [...text('docs/glossary.md').matchAll(/^- (`.*?): /gm)].flatMap(([, words]) => words!.split(', ').map((word) => word.replaceAll('`', '')));
  const known = [
    ...types.flatMap(({ type, steps }) => [type, ...steps.map(({ name }) => name)]),
    ...integrationStatus.options,
    ...phases,
    ...union('libs/saga/src/journal.ts', 'Outcome'),
    ...union('libs/saga/src/step.ts', 'Direction'),
    ...Object.values(actionNames),
  ];
  expect(named.filter((word) => !known.includes(word))).toEqual([]);
});
