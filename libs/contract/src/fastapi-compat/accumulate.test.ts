import { expect, test } from '@jest/globals';
import { accumulate } from './accumulate.js';
import { plainProblem, type Read, unprocessable, validationDetail } from './problem.js';
import { fieldRequired, jsonInvalid } from './pydantic-findings.js';

const header = validationDetail(fieldRequired, ['header', 'X-Dest-Tenant-Name'], null);
const field = validationDetail(fieldRequired, ['body'], null);
const badHeader = unprocessable([header]);
const badBody = unprocessable([field]);
const badJson = unprocessable([validationDetail(jsonInvalid('Expecting value'), ['body', 0], {})]);
const tooLarge = plainProblem(413, 'Request body too large');
const forbidden = plainProblem(403, 'Not allowed');
const good: Read<number> = { ok: true, value: 1 };

test.each<[title: string, headers: Read<number>, body: Read<number>, expected: unknown]>([
  ['both good', good, good, { ok: true, value: { headers: 1, body: 1 } }],
  ['headers first', badHeader, badBody, unprocessable([header, field])],
  ['only headers', badHeader, good, badHeader],
  ['only the body', good, badBody, badBody],
  ['bad JSON alone', badHeader, badJson, badJson],
  ['a body that was not read alone', badHeader, tooLarge, tooLarge],
  ['a problem of the headers with a sentence, alone', forbidden, badBody, forbidden],
])('%s', (_title, headers, body, expected) => {
  expect(accumulate(headers, body)).toEqual(expected);
});
