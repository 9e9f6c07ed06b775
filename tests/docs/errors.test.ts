import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Returns the differences that the generator of docs/errors.md finds. Runs it in a process of its own, because it is an ES module. */
const differencesIn = (given: { intakeCodes?: string[]; sagaCodes?: string[]; operatorCodes?: string[]; uses?: [string, string[]][]; statuses?: number[]; responses?: number[] }): string[] => {
  const { intakeCodes = [], sagaCodes = ['order.busy'], operatorCodes = ['saga.moved'], uses = [['order.busy', ['libs/a']], ['saga.moved', ['apps/ops/b']]], statuses = [409], responses = [409] } = given;
  const metadata = (names: (string | number)[]) => Object.fromEntries(names.map((name) => [name, {}]));
  const script = `
    import { disagreements } from './scripts/generate/error-page.mjs';
    const { intakeCodes, sagaCodes, operatorCodes, statuses, uses, responses } = JSON.parse(process.argv[1]);
    console.log(JSON.stringify(disagreements({ intakeCodes, sagaCodes, operatorCodes, statuses, uses: new Map(uses), texts: new Map(responses.map((status) => [status, new Set()])) })));`;
  const args = { intakeCodes: metadata(intakeCodes), sagaCodes: metadata(sagaCodes), operatorCodes: metadata(operatorCodes), statuses: metadata(statuses), uses, responses };
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(args)], { cwd: join(__dirname, '../..'), encoding: 'utf8' })) as string[];
};

test('the page of errors is generated when code and tables agree', () => {
  expect(differencesIn({})).toEqual([]);
});

test.each([
  ['a code that is thrown and not documented', { sagaCodes: [] }, 'order.busy is thrown in libs/a, but no table documents it.'],
  ['a code that is documented and not thrown', { sagaCodes: ['order.busy', 'order.gone'] }, 'order.gone is documented in libs/contract/src/saga-codes.ts, but never thrown.'],
  ['a code of the intake that is documented and not sent', { intakeCodes: ['order.full'] }, 'order.full is documented in apps/intake/src/docs/codes.ts, but never sent by apps/intake.'],
  ['a code of the operator API that is thrown in other folders only', { uses: [['order.busy', ['libs/a']], ['saga.moved', ['libs/a']]] as [string, string[]][] }, 'saga.moved is documented in apps/ops/src/http/codes.ts, but never thrown in apps/ops.'],
  ['a status that the intake uses and that is not documented', { responses: [409, 418] }, 'The intake responds with 418, but apps/intake/src/docs/statuses.ts does not document it.'],
  ['a status that is documented and not used', { statuses: [409, 418] }, 'apps/intake/src/docs/statuses.ts documents 418, but the intake never responds with it.'],
])('the page of errors is not generated with %s', (_, given, description) => {
  expect(differencesIn(given)).toEqual([description]);
});
