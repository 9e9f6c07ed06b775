/** Generates the page of the sagas from their definitions: steps, statuses, retries, timeouts and a diagram. */
export const sagaPage = {
  path: 'docs/sagas.md',
  print: async () => {
    const { sagaTypes } = await import('../../libs/order-reset/dist/index.js');
    return `${['# Sagas', '', '`npm run generate` writes this page from the saga definitions. In the diagrams, a solid arrow is a completed step, with the status that the saga then has. A dotted arrow leads from a rejected step to the step that is compensated first. That is the rejected step itself if it has an undo, because another claim may have completed it.', '', ...sagaTypes({}).flatMap(page)].join('\n')}`;
  },
};

const page = ({ type, version, steps }) => [
  `## \`${type}\`, version ${version}`,
  '',
  '```mermaid',
  'flowchart LR',
  ...steps.flatMap(edges),
  '```',
  '',
  '| step | title once done | status once done | when rejected | attempts | retry delays | time limit of an attempt | undo |',
  '|---|---|---|---|---|---|---|---|',
  ...steps.map(row),
  '',
];

/** Draws a solid arrow with the status for a completed step, and a dotted one back for compensation after a rejection. */
const edges = ({ name, status, undo }, index, steps) => [
  `  s${index}["${name}"]`,
  index + 1 < steps.length ? `  s${index} -->|${status.done}| s${index + 1}` : `  s${index} -->|${status.done}| done(( ))`,
  index > 0 ? `  s${index} -.->|rejected| s${undo ? index : index - 1}` : `  s${index} -.->|${status.rejected}| rejected(( ))`,
];

const row = ({ name, title, status, retry, timeoutMs, undo }) =>
  `| \`${name}\` | ${title} | \`${status.done}\` | \`${status.rejected}\` | ${retry.attempts} | ${duration(retry.firstDelayMs)}, ×${retry.growth} each time, at most ${duration(retry.maxDelayMs)} | ${duration(timeoutMs)} | ${undo ? 'yes' : 'no: the pivot'} |`;

const duration = (ms) => {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${ms / 1_000} s`;
  return ms < 3_600_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`;
};
