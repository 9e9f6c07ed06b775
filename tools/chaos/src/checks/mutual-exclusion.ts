import type { DatabaseCheck, Violation } from './check.js';
import { by, isFinal } from './check.js';

/** I13: from its snapshot to its last final outcome, a saga has its order to itself. */
export const mutualExclusion: DatabaseCheck = ({ evidence }) => {
  const journals = by(evidence.entries.filter(({ outcome }) => isFinal(outcome)), ({ sagaId }) => sagaId);
  const periods = [...journals].flatMap(([sagaId, entries]) => {
    const saved = entries.find(({ step, direction, outcome }) => step === 'snapshot-order' && direction === 'run' && outcome === 'done');
    if (!saved || saved.orderId === null) return [];
    return [{ sagaId, orderId: saved.orderId, from: saved.at, to: Math.max(...entries.map(({ at }) => at)) }];
  });
  return [...by(periods, ({ orderId }) => orderId)].flatMap(([orderId, onOne]) => {
    const inOrder = onOne.sort((a, b) => a.from - b.from);
    return inOrder.slice(1).flatMap(({ sagaId, from }, index): Violation[] => {
      const earlier = inOrder[index]!;
      return from >= earlier.to ? [] : [{ invariant: 'I13', subject: sagaId, description: `began on order ${orderId} ${earlier.to - from} ms before saga ${earlier.sagaId} had finished` }];
    });
  });
};
