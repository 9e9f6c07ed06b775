import type { Check } from './check.js';
import { by, hasEnded } from './check.js';

/** I1: every request answered `pending` has exactly one saga, and it came to an end. */
export const nothingLost: Check = ({ history, evidence }) => {
  const sagas = new Map(evidence.sagas.map((saga) => [saga.sagaId, saga]));
  const result = history.submissions.filter(({ replies }) => replies.length > 0);
  const violations = result.flatMap(({ replies }) => {
    const { sagaId, correlationId } = replies[0]!;
    const saga = sagas.get(sagaId);
    if (!saga) return [{ subject: sagaId, description: `answered pending as ${correlationId}, and there is no such saga` }];
    if (!hasEnded(saga.phase)) return [{ subject: sagaId, description: `answered pending, and still is ${saga.phase} (${saga.status})` }];
    const others = new Set(replies.map((reply) => reply.sagaId));
    return others.size > 1 ? [{ subject: sagaId, description: `one request, sent again under its name, became ${[...others].join(', ')}` }] : [];
  });
  const known = new Set(result.flatMap(({ replies }) => replies.map(({ sagaId }) => sagaId)));
  const unauthenticated = evidence.sagas.filter(({ sagaId }) => !known.has(sagaId));
  // A named request that was never answered may have been stored once; an unnamed one as often as it was sent.
  const excused = history.submissions.reduce((sum, { named, replies, dueSagas }) => sum + (named === 'not' ? dueSagas : replies.length === 0 ? 1 : 0), 0);
  const surplus = unauthenticated.length > excused ? [{ subject: unauthenticated[0]!.sagaId, description: `${unauthenticated.length} sagas nobody was told of, ${excused} at most can be explained by cut replies` }] : [];
  const doubles = [...by(evidence.sagas, ({ correlationId }) => correlationId).values()]
    .filter((same) => same.length > 1)
    .map((same) => ({ subject: same[0]!.sagaId, description: `${same.length} sagas share correlation id ${same[0]!.correlationId}` }));
  return [...violations, ...surplus, ...doubles].map((violation) => ({ invariant: 'I1' as const, ...violation }));
};

/** I8: once the faults are over everything comes to rest: no saga under way or waiting for an operator, no order held by one that ended. */
export const convergence: Check = ({ evidence }) => {
  const sagas = new Map(evidence.sagas.map((saga) => [saga.sagaId, saga]));
  return [
    ...evidence.sagas
      .filter(({ phase }) => !hasEnded(phase))
      .map(({ sagaId, phase, status, epoch }) => ({ subject: sagaId, description: `still ${phase} (${status}) at epoch ${epoch}` })),
    // No fault of a campaign is one that an operator would have to mend.
    ...evidence.sagas.filter(({ phase }) => phase === 'stopped').map(({ sagaId, code, epoch }) => ({ subject: sagaId, description: `stopped for an operator with ${code} at epoch ${epoch}` })),
    ...evidence.orders
      .filter(({ lockedBySaga }) => lockedBySaga !== undefined && sagas.get(lockedBySaga)?.phase !== 'stopped')
      .map(({ orderId, lockedBySaga }) => ({ subject: orderId, description: `held by saga ${lockedBySaga}, which is ${sagas.get(lockedBySaga!)?.phase ?? 'unknown'}` })),
  ].map((violation) => ({ invariant: 'I8' as const, ...violation }));
};
