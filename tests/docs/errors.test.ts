import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** What the generator of docs/errors.md objects to. It is an ES module, so it is asked in a process of its own. */
const objections = (given: { sagaCodes?: string[]; operatorCodes?: string[]; uses?: [string, string[]][]; statuses?: number[]; told?: number[] }): string[] => {
  const { sagaCodes = ['order.busy'], operatorCodes = ['saga.moved'], uses = [['order.busy', ['libs/a']], ['saga.moved', ['apps/ops/b']]], statuses = [409], told = [409] } = given;
  const metadata = (names: (string | number)[]) => Object.fromEntries(names.map((name) => [name, {}]));
  const script = `
    import { disagreements } from './scripts/generate/error-page.mjs';
    const { sagaCodes, operatorCodes, statuses, uses, told } = JSON.parse(process.argv[1]);
    console.log(JSON.stringify(disagreements({ sagaCodes, operatorCodes, statuses, uses: new Map(uses), texts: new Map(told.map((status) => [status, new Set()])) })));`;
  const args = { sagaCodes: metadata(sagaCodes), operatorCodes: metadata(operatorCodes), statuses: metadata(statuses), uses, told };
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(args)], { cwd: join(__dirname, '../..'), encoding: 'utf8' })) as string[];
};

test('the index of errors is printed when code and tables agree', () => {
  expect(objections({})).toEqual([]);
});

test.each([
  ['a code that is given and told nowhere', { sagaCodes: [] }, 'order.busy is used in libs/a but is in no table.'],
  ['a code that is told and given by nothing', { sagaCodes: ['order.busy', 'order.gone'] }, 'order.gone is in libs/contract/src/saga-codes.ts but no code uses it.'],
  ['an operator’s code that only other parts give', { uses: [['order.busy', ['libs/a']], ['saga.moved', ['libs/a']]] as [string, string[]][] }, 'saga.moved is in apps/ops/src/http/codes.ts but no code uses it.'],
  ['a status that is answered and told nowhere', { told: [409, 418] }, 'The intake responds with 418, which is not in apps/intake/src/docs/statuses.ts.'],
  ['a status that is told and never answered', { statuses: [409, 418] }, 'apps/intake/src/docs/statuses.ts has 418, which the intake never responds with.'],
])('it is not printed over %s', (_, given, description) => {
  expect(objections(given)).toEqual([description]);
});
