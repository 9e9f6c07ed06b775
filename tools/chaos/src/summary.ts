import { by } from './checks/check.js';
import { checks } from './checker.js';
import type { CampaignResult } from './campaign.js';
import type { Recovery } from './recovery.js';

/** Violations printed for each invariant. */
const shown = 10;

/** Formats the report of a campaign: faults, figures and invariants. */
export const summaryOf = ({ input, violations, recovery, workerKills, otherKills, durationMs, convergedMs, wiped }: CampaignResult, seed: number): string => {
  const { evidence, history, plan } = input;
  const statuses = [...by(evidence.sagas, ({ status }) => status)].map(([status, sagas]) => `${sagas.length} ${status}`).join(', ');
  const cleared = evidence.entries.filter(({ step, direction, outcome }) => step === 'clear-deliveries' && direction === 'run' && outcome === 'done').length;
  const broken = violations.filter(({ invariant }) => invariant === 'I2' || invariant === 'I6').length;
  const figureLines = [
    ['seed', `${seed}`],
    ['duration', `${s(durationMs)}; all sagas had finished ${s(convergedMs)} after the last fault`],
    ['sagas', `${evidence.sagas.length}: ${statuses}`],
    ['other writers', `${history.saves.length} BOLs and drops saved, ${history.saves.filter(({ version }) => version === undefined).length} of them without a response`],
    ['destination', `${history.deliveries.length} deliveries of ${by(history.deliveries, ({ key }) => key).size} keys`],
    ['callers', `${history.requests} HTTP requests, ${history.troubles.filter(({ status }) => status === 503).length} with 503, ${history.troubles.filter(({ status }) => status === 0).length} cut, slowest ${Math.round(Math.max(0, ...history.troubles.filter(({ status }) => status !== 0).map(({ ms }) => ms)))} ms`],
    ['kills', `${workerKills + otherKills}: ${workerKills} of workers, ${otherKills} of stores and intake`],
    ['recovery', `after kill -9 of a worker, ${delays(recovery.killed)}`],
    ['', `after crash points, which several workers reach in a second, ${delays(recovery.crashed)}`],
    ['Redis wiped', `${wiped.open} sagas open, ${wiped.lost} lost`],
    ['restorable', cleared === 0 ? 'nothing was cleared' : `${broken === 0 ? '100' : (100 * Math.max(0, 1 - broken / cleared)).toFixed(2)} % of ${cleared} cleared orders`],
  ].map(([what, description]) => `  ${what!.padEnd(15)}${description}`);
  const faultLines = plan.faults.map(({ name, wanted, hits }) => `  ${name.padEnd(48)}${String(hits).padStart(5)} of ${wanted}`);
  const invariantLines = checks.flatMap(({ invariant, promise }) => {
    const found = violations.filter((violation) => violation.invariant === invariant);
    return [
      `  ${found.length === 0 ? '✔' : '✘'} ${invariant.padEnd(5)}${promise}${found.length === 0 ? '' : `: ${found.length} violations`}`,
      ...found.slice(0, shown).map(({ subject, description }) => `        ${subject}: ${description}`),
    ];
  });
  return ['', 'Faults: hits of planned', ...faultLines, '', 'Figures', ...figureLines, '', 'Invariants', ...invariantLines, '', `${violations.length} violations`].join('\n');
};

const delays = ({ all, p50, p99, max }: Recovery): string => `${all.length} sagas: p50 ${s(p50)}, p99 ${s(p99)}, max ${s(max)}`;

const s = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
