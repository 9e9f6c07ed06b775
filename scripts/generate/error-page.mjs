import { replyTexts } from './reply-texts.mjs';
import { usedCodes } from './used-codes.mjs';

/** Generates the page of all errors. Throws when the code and its tables differ. */
export const errorPage = {
  path: 'docs/errors.md',
  print: async () => {
    const { statuses } = await import('../../apps/intake/dist/docs/statuses.js');
    const { intakeCodes } = await import('../../apps/intake/dist/docs/codes.js');
    const { sagaCodes } = await import('../../libs/contract/dist/index.js');
    const { operatorCodes } = await import('../../apps/ops/dist/http/codes.js');
    const texts = replyTexts();
    const uses = usedCodes(familiesOf({ ...intakeCodes, ...sagaCodes, ...operatorCodes }));
    const found = disagreements({ statuses, texts, intakeCodes, sagaCodes, operatorCodes, uses });
    if (found.length > 0) throw new Error(`docs/errors.md cannot be printed:\n${found.join('\n')}`);
    return [...opening, ...httpSection(statuses, texts), ...intakeSection(intakeCodes), ...sagaSection(sagaCodes), ...operatorSection(operatorCodes)].join('\n');
  },
};

const familiesOf = (codes) => new Set(Object.keys(codes).map((code) => code.split('.')[0]));

/** Returns the differences between the code and its tables, as sentences. */
export const disagreements = ({ statuses, texts, intakeCodes, sagaCodes, operatorCodes, uses }) => {
  const known = { ...intakeCodes, ...sagaCodes, ...operatorCodes };
  const usedBy = (code, folder) => (uses.get(code) ?? []).some((path) => path.startsWith(folder));
  return [
    ...[...uses].filter(([code]) => !(code in known)).map(([code, paths]) => `${code} is thrown in ${paths.join(', ')}, but no table documents it.`),
    ...Object.keys(sagaCodes).filter((code) => !uses.has(code)).map((code) => `${code} is documented in libs/contract/src/saga-codes.ts, but never thrown.`),
    ...Object.keys(intakeCodes).filter((code) => !usedBy(code, 'apps/intake/')).map((code) => `${code} is documented in apps/intake/src/docs/codes.ts, but never sent by apps/intake.`),
    ...Object.keys(operatorCodes).filter((code) => !usedBy(code, 'apps/ops/')).map((code) => `${code} is documented in apps/ops/src/http/codes.ts, but never thrown in apps/ops.`),
    ...[...texts.keys()].filter((status) => !(status in statuses)).map((status) => `The intake responds with ${status}, but apps/intake/src/docs/statuses.ts does not document it.`),
    ...Object.keys(statuses).filter((status) => !texts.has(Number(status))).map((status) => `apps/intake/src/docs/statuses.ts documents ${status}, but the intake never responds with it.`),
  ];
};

const opening = [
  '# Errors',
  '',
  'Generated from the code by `npm run generate`. `npm run check` fails when a used code is missing here or a listed code is not used.',
  '',
  '- [Responses of the intake](#responses-of-the-intake): an HTTP status and `{"detail": …}`, for callers.',
  '- [Codes of the intake](#codes-of-the-intake): `code`, in addition to `detail`.',
  '- [Codes of a saga](#codes-of-a-saga): `detail.error` of a log entry, also shown on the operators’ pages.',
  '- [Codes of the operator API](#codes-of-the-operator-api): `code`, in addition to `detail`.',
  '',
];

const httpSection = (statuses, texts) => [
  '## Responses of the intake',
  '',
  'An error means that nothing was accepted or changed. After a 500, a 503 or no response, repeat the request with the same `Idempotency-Key` or `X-Correlation-ID`. If it was stored, the repeat finds it and does not create a second reset.',
  'A 422 whose `detail` is a list names each invalid field. A reset that fails later is not an HTTP error: its status request returns 200, and its log has the code.',
  '',
  '| status | meaning | what to do | `detail` |',
  '|---|---|---|---|',
  ...Object.entries(statuses).map(([status, { means, next }]) => `| ${status} | ${means} | ${next} | ${[...texts.get(Number(status))].map(plainly).join('<br>')} |`),
  '',
];

const intakeSection = (codes) => [
  '## Codes of the intake',
  '',
  'Nothing was saved.',
  '',
  '| code | HTTP | when | next step |',
  '|---|---|---|---|',
  ...Object.entries(codes).map(([code, { status, when, next }]) => `| \`${code}\` | ${status} | ${when} | ${next} |`),
  '',
];

const plainly = (text) => text.replaceAll('|', '\\|');

const effect = {
  untouched: ['Rejected before any change', 'Saga: `ended`, status `error`; not retried. Order: unchanged and unlocked.'],
  'canceled': ['Canceled', 'Saga: `ended`, status `canceled`. Order: unchanged and unlocked.'],
  'put-back': ['Rejected by the destination', 'Saga: `ended`, status `rejected`; not retried. Order: restored and unlocked. With `on_rejection: keep` of the instance, its deliveries stay cleared.'],
  waiting: ['Waiting', 'Saga: `waiting`, or `awaiting_approval` for a decision at the destination. It continues by itself, and no attempt is counted. Order: as the completed steps left it.'],
  retried: ['Retried', 'Saga: `retrying`; after the last attempt `stopped`, status `error`, for an operator. Order: locked by the saga, as the completed steps left it. Cleared data is in the log.'],
  stopped: ['Stopped', 'Saga: `stopped`, status `error`, until an operator resumes or terminates it. Order: locked by the saga, as the completed steps left it.'],
  terminated: ['Terminated', 'Saga: `ended`, status `error`. Order: unlocked, as the completed steps left it, without compensation.'],
};

const sagaSection = (codes) => [
  '## Codes of a saga',
  '',
  'Grouped by the state of saga and order after the error. A few codes are in two groups: the error was found before the order was cleared, or later.',
  '',
  ...Object.entries(effect).flatMap(([state, [title, description]]) => [
    `### ${title}`,
    '',
    description,
    '',
    '| code | when | what to do |',
    '|---|---|---|',
    ...Object.entries(codes)
      .filter(([, metadata]) => [metadata.effect].flat().includes(state))
      .map(([code, { when, next }]) => `| \`${code}\` | ${when} | ${next} |`),
    '',
  ]),
];

const operatorSection = (codes) => [
  '## Codes of the operator API',
  '',
  'A rejected call has changed nothing.',
  '',
  '| code | HTTP | when | what to do |',
  '|---|---|---|---|',
  ...Object.entries(codes).map(([code, { status, when, next }]) => `| \`${code}\` | ${status} | ${when} | ${next} |`),
  '',
];
