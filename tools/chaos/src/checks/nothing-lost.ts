import type { Check } from './check.js';
import { by, hasEnded } from './check.js';

/** I1: every request with response `pending` has exactly one saga, and it finished. */
export const nothingLost: Check = ({ history, evidence }) => {
  const sagas = new Map(evidence.sagas.map((saga) => [saga.sagaId, saga]));
  const accepted = history.submissions.filter(({ replies }) => replies.length > 0);
  const violations = accepted.flatMap(({ replies }) => {
    const { sagaId, correlationId } = replies[0]!;
    const saga = sagas.get(sagaId);
    if (!saga) return [{ subject: sagaId, description: `response pending with correlation id ${correlationId}, but the saga does not exist` }];
    if (!hasEnded(saga.phase)) return [{ subject: sagaId, description: `response pending, but the saga is still ${saga.phase} (${saga.status})` }];
    const others = new Set(replies.map((reply) => reply.sagaId));
    return others.size > 1 ? [{ subject: sagaId, description: `one request, retried with its id, became the sagas ${[...others].join(', ')}` }] : [];
  });
  const known = new Set(accepted.flatMap(({ replies }) => replies.map(({ sagaId }) => sagaId)));
  const unknown = evidence.sagas.filter(({ sagaId }) => !known.has(sagaId));
  // A request with an id but without a response may have been stored once; a request without an id each time it was sent.
  const excused = history.submissions.reduce((sum, { named, replies, unanswered }) => sum + (named === 'not' ? unanswered : replies.length === 0 ? 1 : 0), 0);
  const surplus = unknown.length > excused ? [{ subject: unknown[0]!.sagaId, description: `${unknown.length} sagas that no caller knows; lost responses explain at most ${excused}` }] : [];
  const doubles = [...by(evidence.sagas, ({ correlationId }) => correlationId).values()]
    .filter((same) => same.length > 1)
    .map((same) => ({ subject: same[0]!.sagaId, description: `${same.length} sagas share correlation id ${same[0]!.correlationId}` }));
  return [...violations, ...surplus, ...doubles].map((violation) => ({ invariant: 'I1' as const, ...violation }));
};

/** I8: after the faults all sagas finish, and none stops for an operator. */
export const convergence: Check = ({ evidence }) => {
  return [
    ...evidence.sagas
      .filter(({ phase }) => !hasEnded(phase))
      .map(({ sagaId, phase, status, epoch }) => ({ subject: sagaId, description: `still ${phase} (${status}) at epoch ${epoch}` })),
    // No fault of a campaign needs an operator.
    ...evidence.sagas.filter(({ phase }) => phase === 'stopped').map(({ sagaId, code, epoch }) => ({ subject: sagaId, description: `stopped for an operator with ${code} at epoch ${epoch}` })),
  ].map((violation) => ({ invariant: 'I8' as const, ...violation }));
};
