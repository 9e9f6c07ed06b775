import type { Check, Violation } from './check.js';
import { by } from './check.js';

/**
 * I4: the destination received one key and one body per saga, at the order's other end.
 * The destination accepted the reset if the saga is `synced`, and not if the saga is `rejected`.
 */
export const dispatchKey: Check = ({ history, evidence }) => {
  const sagas = new Map(evidence.sagas.map((saga) => [saga.correlationId, saga]));
  const goesTo = new Map(history.orders.map((order) => [order.orderId, order.goesTo]));
  const seen = by(history.deliveries, ({ correlationId }) => correlationId);
  const wrong = [...seen].flatMap(([correlationId, deliveries]): string[][] => {
    const subject = sagas.get(correlationId)?.sagaId ?? correlationId;
    const count = (of: (delivery: (typeof deliveries)[number]) => string) => new Set(deliveries.map(of)).size;
    return [
      ...(sagas.has(correlationId) ? [] : [[subject, 'a delivery for a saga that does not exist']]),
      ...(count(({ key }) => key) > 1 ? [[subject, `${count(({ key }) => key)} idempotency keys`]] : []),
      ...(count(({ body }) => body) > 1 ? [[subject, `${count(({ body }) => body)} different bodies`]] : []),
      ...(deliveries.some(({ orderId, instance }) => goesTo.get(orderId) !== instance) ? [[subject, `delivered to ${deliveries[0]!.instance}, which is not the order's other end`]] : []),
    ];
  });
  const shared = [...by(history.deliveries, ({ key }) => key)].flatMap(([key, deliveries]) =>
    new Set(deliveries.map(({ correlationId }) => correlationId)).size > 1 ? [[key, 'one idempotency key for several sagas']] : [],
  );
  const undelivered = evidence.sagas
    .filter(({ status, correlationId }) => status === 'synced' && !seen.get(correlationId)?.some(({ taken }) => taken))
    .map(({ sagaId }) => [sagaId, 'synced, but the destination never accepted it']);
  const restored = evidence.sagas
    .filter(({ status, correlationId }) => status === 'rejected' && seen.get(correlationId)?.some(({ taken }) => taken))
    .map(({ sagaId }) => [sagaId, 'rejected, but the destination accepted it']);
  return [...wrong, ...shared, ...undelivered, ...restored].map(([subject, description]): Violation => ({ invariant: 'I4', subject: subject!, description: description! }));
};
