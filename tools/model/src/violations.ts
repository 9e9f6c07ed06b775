import type { History } from './history.js';
import { bolOf } from './history.js';
import type { Played } from './schedule.js';

const inOrder = ['resolve-order', 'snapshot-order', 'clear-deliveries', 'reset-progression', 'dispatch-reset'].map((_, count, all) => all.slice(0, count + 1).join());

/** Checks the invariants of a schedule. Returns descriptions of the violations. */
export const violationsIn = ({ fixture, history }: Played): string[] => {
  const wrong = [...history.wrong];
  const must = (holds: boolean, sentence: string): void => void (holds || wrong.push(sentence));
  const { entries } = fixture.journal;
  const snapshots = entries.flatMap(({ detail }) => (detail.extra_data as { bols?: unknown[] } | undefined)?.bols ?? []);
  const kept = new Set([...fixture.order.bols, ...snapshots].map(bolOf));
  must(history.saved.every((bol) => kept.has(bol)), `lost: ${history.saved.filter((bol) => !kept.has(bol)).join(', ')}`);
  must(new Set(fixture.order.bols.map(bolOf)).size === fixture.order.bols.length, `twice on the order: ${fixture.order.bols.map(bolOf).join(', ')}`);
  for (const sagaId of history.accepted) must(fixture.sagas.sagas.has(sagaId), `${sagaId} was accepted but does not exist`);

  for (const { sagaId, phase, status, type } of fixture.sagas.sagas.values()) {
    const mine = entries.filter((entry) => entry.sagaId === sagaId);
    const has = (name: string, direction: string, outcome: string) => mine.some(({ step }) => step.name === name && step.direction === direction && step.outcome === outcome);
    if (type !== 'reset_order') continue;
    const sent = fixture.destination.received.filter(({ key }) => key === sagaId);
    must(new Set(sent.map(({ body }) => body)).size <= 1, `${sagaId} sent different bodies`);
    if (status === 'synced') must(sent.length > 0, `${sagaId} is synced without a dispatch`);
    if (status === 'rejected') must(has('dispatch-reset', 'run', 'rejected'), `${sagaId} is rejected without a rejection in the journal`);
    if (status === 'canceled') must(!has('dispatch-reset', 'run', 'done') && sent.length === 0, `${sagaId} is canceled after its dispatch`);
    const doneSteps = mine.filter(({ step }) => step.direction === 'run' && step.outcome === 'done').map(({ step }) => step.name);
    must(doneSteps.length === 0 || doneSteps.join() === inOrder[doneSteps.length - 1], `${sagaId} ran ${doneSteps.join(', ')}`);
    const compensates = status === 'canceled' || (status === 'rejected' && fixture.destination.policy.onRejection === 'restore');
    const hasRestoredEntry = mine.some(({ step, output }) => step.name === 'clear-deliveries' && step.direction === 'undo' && (output as { restored?: boolean } | undefined)?.restored === true);
    wrong.push(...effectsOf(sagaId, history, { compensates, status, hasRestoredEntry }));
    must(phase !== 'ended' || isRecoverable(sagaId, history, entries), `${sagaId} finished as ${status}, and the log has no entry of what it cleared`);
  }
  return wrong;
};

/** Checks that each effect happened at most once, and was compensated where the final status requires it. */
const effectsOf = (sagaId: string, { changes }: History, { compensates, status, hasRestoredEntry }: { compensates: boolean; status: string; hasRestoredEntry: boolean }): string[] => {
  const of = (kind: string) => changes.filter((change) => change.sagaId === sagaId && change.kind === kind);
  const [clears, restores, resets, returns] = [of('clear'), of('restore'), of('reset-progression'), of('restore-progression')];
  const wrong = [clears, restores, resets, returns].flatMap((each) => (each.length > 1 ? [`${sagaId}: ${each[0]!.kind} took effect ${each.length} times`] : []));
  const back = new Set(restores.flatMap(({ added }) => added));
  const missing = clears.flatMap(({ removed }) => removed).filter((bol) => !back.has(bol));
  if (compensates && (clears.length > restores.length || missing.length > 0)) wrong.push(`${sagaId} finished as ${status}, and its cleared deliveries were not restored`);
  // The progression is not restored only if another writer has set it since.
  if (compensates && returns.length === 0 && resets.some(({ movedOn }) => !movedOn)) wrong.push(`${sagaId} finished as ${status}, and the progression was not restored`);
  if (returns.some(({ progression }) => progression.after !== resets[0]?.progression.before)) wrong.push(`${sagaId} restored a different progression than it had replaced`);
  if (hasRestoredEntry && restores.length === 0) wrong.push(`${sagaId} recorded that it restored the deliveries, but did not`);
  return wrong;
};

/** Returns whether everything that stays cleared can be recovered: an entry of the log has the cleared version. */
const isRecoverable = (sagaId: string, { changes }: History, entries: Played['fixture']['journal']['entries']): boolean => {
  const [cleared] = changes.filter((change) => change.sagaId === sagaId && change.kind === 'clear');
  if (!cleared || changes.some((change) => change.sagaId === sagaId && change.kind === 'restore')) return true;
  return entries.some(({ sagaId: of, step, output }) => of === sagaId && step.name === 'clear-deliveries' && ['done', 'terminated', 'recorded'].includes(step.outcome) && (output as { cleared?: { version: number } } | undefined)?.cleared?.version === cleared.version);
};
