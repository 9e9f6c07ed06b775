import type { History } from './history.js';
import { bolOf } from './history.js';
import type { Played } from './schedule.js';

const inOrder = ['resolve-order', 'snapshot-order', 'clear-deliveries', 'reset-progression', 'dispatch-reset'].map((_, count, all) => all.slice(0, count + 1).join());

/** Everything that must hold whatever happened; answers the sentences that do not. */
export const violationsIn = ({ world, history }: Played): string[] => {
  const wrong = [...history.wrong];
  const must = (holds: boolean, sentence: string): void => void (holds || wrong.push(sentence));
  const { entries } = world.journal;
  const snapshots = entries.flatMap(({ detail }) => (detail.extra_data as { bols?: unknown[] } | undefined)?.bols ?? []);
  const kept = new Set([...world.order.bols, ...snapshots].map(bolOf));
  must(history.saved.every((bol) => kept.has(bol)), `lost: ${history.saved.filter((bol) => !kept.has(bol)).join(', ')}`);
  must(new Set(world.order.bols.map(bolOf)).size === world.order.bols.length, `stands twice on the order: ${world.order.bols.map(bolOf).join(', ')}`);
  for (const sagaId of history.accepted) must(world.sagas.sagas.has(sagaId), `${sagaId} was accepted and is lost`);

  for (const { sagaId, phase, status, type } of world.sagas.sagas.values()) {
    const mine = entries.filter((entry) => entry.sagaId === sagaId);
    const has = (name: string, direction: string, outcome: string) => mine.some(({ step }) => step.name === name && step.direction === direction && step.outcome === outcome);
    must(phase !== 'ended' || world.order.lock?.sagaId !== sagaId, `${sagaId} ended and still holds the order`);
    if (type !== 'reset_order') continue;
    const sent = world.destination.received.filter(({ key }) => key === sagaId);
    must(new Set(sent.map(({ body }) => body)).size <= 1, `${sagaId} sent different bodies`);
    if (status === 'synced') must(sent.length > 0, `${sagaId} synced without being sent`);
    if (status === 'rejected') must(has('dispatch-reset', 'run', 'rejected'), `${sagaId} rejected by no one`);
    if (status === 'canceled') must(!has('dispatch-reset', 'run', 'done') && sent.length === 0, `${sagaId} canceled after it was dispatched`);
    const finalOutcomes = mine.filter(({ step }) => step.direction === 'run' && step.outcome === 'done').map(({ step }) => step.name);
    must(finalOutcomes.length === 0 || finalOutcomes.join() === inOrder[finalOutcomes.length - 1], `${sagaId} ran ${finalOutcomes.join(', ')}`);
    const compensates = status === 'canceled' || (status === 'rejected' && world.destination.policy.onRejection === 'restore');
    const saidRestored = mine.some(({ step, output }) => step.name === 'clear-deliveries' && step.direction === 'undo' && (output as { restored?: boolean } | undefined)?.restored === true);
    wrong.push(...effectsOf(sagaId, history, { compensates, status, saidRestored }));
    must(phase !== 'ended' || isRecoverable(sagaId, history, entries), `${sagaId} ended ${status}, and the log does not say what it cleared`);
  }
  return wrong;
};

/** Each effect at most once, and each taken back where the end says so. */
const effectsOf = (sagaId: string, { changes }: History, { compensates, status, saidRestored }: { compensates: boolean; status: string; saidRestored: boolean }): string[] => {
  const of = (kind: string) => changes.filter((change) => change.sagaId === sagaId && change.kind === kind);
  const [clears, restores, resets, returns] = [of('clear'), of('restore'), of('reset-progression'), of('restore-progression')];
  const wrong = [clears, restores, resets, returns].flatMap((each) => (each.length > 1 ? [`${sagaId}: ${each[0]!.kind} took effect ${each.length} times`] : []));
  const back = new Set(restores.flatMap(({ added }) => added));
  const missing = clears.flatMap(({ removed }) => removed).filter((bol) => !back.has(bol));
  if (compensates && (clears.length > restores.length || missing.length > 0)) wrong.push(`${sagaId} ended ${status}, and what it cleared was not put back`);
  // The one reason not to put the progression back: another writer has set it since.
  if (compensates && returns.length === 0 && resets.some(({ movedOn }) => !movedOn)) wrong.push(`${sagaId} ended ${status}, and the progression was not put back`);
  if (returns.some(({ progression }) => progression.after !== resets[0]?.progression.before)) wrong.push(`${sagaId} put another progression back than it had replaced`);
  if (saidRestored && restores.length === 0) wrong.push(`${sagaId} says that it put the deliveries back, and did not`);
  return wrong;
};

/** What stays cleared can be recovered: the log has an entry that says at which version. */
const isRecoverable = (sagaId: string, { changes }: History, entries: Played['world']['journal']['entries']): boolean => {
  const [cleared] = changes.filter((change) => change.sagaId === sagaId && change.kind === 'clear');
  if (!cleared || changes.some((change) => change.sagaId === sagaId && change.kind === 'restore')) return true;
  return entries.some(({ sagaId: of, step, output }) => of === sagaId && step.name === 'clear-deliveries' && ['done', 'terminated', 'recorded'].includes(step.outcome) && (output as { cleared?: { version: number } } | undefined)?.cleared?.version === cleared.version);
};
