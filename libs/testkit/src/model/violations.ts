import { bolOf, snapshotsOf } from './history.js';
import type { Played } from './schedule.js';

const inOrder = ['resolve-order', 'snapshot-order', 'clear-deliveries', 'reset-progression', 'dispatch-reset'].map((_, count, all) => all.slice(0, count + 1).join());

/** Everything that must hold whatever happened; answers the sentences that do not. */
export const violationsIn = ({ world, history }: Played): string[] => {
  const wrong: string[] = [];
  const must = (holds: boolean, sentence: string): void => void (holds || wrong.push(sentence));
  const kept = new Set([...world.order.bols, ...snapshotsOf(world).flatMap(({ bols }) => bols)].map(bolOf));
  must(history.clearedUnsaved.length === 0, `cleared before it was saved: ${history.clearedUnsaved.join(', ')}`);
  must(history.saved.every((bol) => kept.has(bol)), `lost: ${history.saved.filter((bol) => !kept.has(bol)).join(', ')}`);
  for (const { sagaId, nextRunAt, phase, status } of world.sagas.sagas.values()) {
    const entries = world.journal.entries.filter((entry) => entry.sagaId === sagaId);
    const has = (name: string, direction: string, outcome: string) => entries.some(({ step }) => step.name === name && step.direction === direction && step.outcome === outcome);
    must(nextRunAt === undefined, `${sagaId} never ended`);
    const clears = history.clears.get(sagaId) ?? [];
    must(clears.length <= 1, `${sagaId} cleared ${clears.length} times`);
    const sent = world.destination.received.filter(({ key }) => key === sagaId);
    must(new Set(sent.map(({ body }) => body)).size <= 1, `${sagaId} sent different bodies`);
    if (status === 'synced') must(sent.length > 0, `${sagaId} synced without being sent`);
    if (status === 'rejected') must(has('dispatch-reset', 'run', 'refused'), `${sagaId} rejected by nobody`);
    if (status === 'canceled') must(sent.length === 0 || !has('dispatch-reset', 'run', 'done'), `${sagaId} canceled after it was dispatched`);
    if (status === 'rejected' || status === 'canceled') {
      const elsewhere = new Set([...world.order.bols.map(bolOf), ...[...history.clears].flatMap(([by, removed]) => (by === sagaId ? [] : removed.flat()))]);
      must(clears.flat().every((bol) => elsewhere.has(bol)), `${sagaId} ${status}, but what it cleared was not put back`);
    }
    must(phase !== 'ended' || world.order.fence?.sagaId !== sagaId, `${sagaId} ended and still holds the order`);
    const verdicts = entries.filter(({ step }) => step.direction === 'run' && step.outcome === 'done').map(({ step }) => step.name);
    must(verdicts.length === 0 || verdicts.join() === inOrder[verdicts.length - 1], `${sagaId} ran ${verdicts.join(', ')}`);
  }
  return wrong;
};
