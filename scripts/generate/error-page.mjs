import { replyTexts } from './reply-texts.mjs';
import { usedCodes } from './used-codes.mjs';

/** Every error a caller or an operator can meet. Fails where the code and its tables disagree. */
export const errorPage = {
  path: 'docs/errors.md',
  print: async () => {
    const { statuses } = await import('../../apps/intake/dist/docs/statuses.js');
    const { sagaCodes } = await import('../../libs/contract/dist/index.js');
    const { operatorCodes } = await import('../../apps/ops/dist/http/codes.js');
    const texts = replyTexts();
    const uses = usedCodes(familiesOf({ ...sagaCodes, ...operatorCodes }));
    const found = disagreements({ statuses, texts, sagaCodes, operatorCodes, uses });
    if (found.length > 0) throw new Error(`docs/errors.md cannot be printed:\n${found.join('\n')}`);
    return [...opening, ...httpSection(statuses, texts), ...sagaSection(sagaCodes), ...operatorSection(operatorCodes)].join('\n');
  },
};

const familiesOf = (codes) => new Set(Object.keys(codes).map((code) => code.split('.')[0]));

/** Returns the differences between the code and its tables, as sentences. */
export const disagreements = ({ statuses, texts, sagaCodes, operatorCodes, uses }) => {
  const known = { ...sagaCodes, ...operatorCodes };
  const usedBy = (code, folder) => (uses.get(code) ?? []).some((path) => path.startsWith(folder));
  return [
    ...[...uses].filter(([code]) => !(code in known)).map(([code, paths]) => `${code} is thrown in ${paths.join(', ')}, but no table documents it.`),
    ...Object.keys(sagaCodes).filter((code) => !uses.has(code)).map((code) => `${code} is documented in libs/contract/src/saga-codes.ts, but never thrown.`),
    ...Object.keys(operatorCodes).filter((code) => !usedBy(code, 'apps/ops/')).map((code) => `${code} is documented in apps/ops/src/http/codes.ts, but never thrown in apps/ops.`),
    ...[...texts.keys()].filter((status) => !(status in statuses)).map((status) => `The intake responds with ${status}, but apps/intake/src/docs/statuses.ts does not document it.`),
    ...Object.keys(statuses).filter((status) => !texts.has(Number(status))).map((status) => `apps/intake/src/docs/statuses.ts documents ${status}, but the intake never responds with it.`),
  ];
};

const opening = [
  '# Errors',
  '',
  'Printed from the code by `npm run generate`; a code that is given and not told here, or told and not given, fails `npm run check`.',
  '',
  '- [Answers of the intake](#answers-of-the-intake): an HTTP status and `{"detail": …}`, for callers.',
  '- [Codes of a saga](#codes-of-a-saga): `detail.error` of a log entry, and beside the red line on the operators’ pages.',
  '- [Codes of the operator API](#codes-of-the-operator-api): `code` beside `detail`.',
  '',
];

const httpSection = (statuses, texts) => [
  '## Answers of the intake',
  '',
  'An error means that nothing was accepted and nothing changed. After a 500, a 503 or no answer at all, send the same request under the same name, `Idempotency-Key` or `X-Correlation-ID`: should it have been stored after all, it is found by it and not made twice.',
  'A 422 whose `detail` is a list names each field that is wrong. A reset that fails later is no HTTP error: its status call answers 200 and its log has the code.',
  '',
  '| status | meaning | what to do | `detail` |',
  '|---|---|---|---|',
  ...Object.entries(statuses).map(([status, { means, next }]) => `| ${status} | ${means} | ${next} | ${[...texts.get(Number(status))].map(plainly).join('<br>')} |`),
  '',
];

const plainly = (text) => text.replaceAll('|', '\\|');

const effect = {
  untouched: ['Refused at the door', 'Saga: `ended`, status `error`; not tried again. Order: as it was, and free.'],
  'canceled': ['Called off', 'Saga: `ended`, status `canceled`. Order: as it was, and free.'],
  'put-back': ['Refused by the destination', 'Saga: `ended`, status `rejected`; not tried again. Order: put back as it was, and free. Where the instance says `on_rejection: keep`, its deliveries stay cleared.'],
  waiting: ['Waiting', 'Saga: `waiting`, or `awaiting_approval` for people at the destination; it goes on by itself and no attempt is counted. Order: as the steps that are done left it.'],
  retried: ['Tried again', 'Saga: `retrying`; after the last attempt `stopped`, status `error`, for an operator. Order: held by the saga, as the steps that are done left it; what was cleared is in the log.'],
  stopped: ['Stopped', 'Saga: `stopped`, status `error`, until an operator resumes or abandons it. Order: held by the saga, as the steps that are done left it.'],
  terminated: ['Abandoned', 'Saga: `ended`, status `error`. Order: free, as the steps that were done left it; nothing was undone.'],
};

const sagaSection = (codes) => [
  '## Codes of a saga',
  '',
  'Grouped by how the saga and its order stand afterwards. A few come in two groups: the same thing was found before the order was cleared, or after.',
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
  'What is refused has changed nothing.',
  '',
  '| code | HTTP | when | what to do |',
  '|---|---|---|---|',
  ...Object.entries(codes).map(([code, { status, when, next }]) => `| \`${code}\` | ${status} | ${when} | ${next} |`),
  '',
];
