import type { BeginDispatch, Destinations } from '@crossroads/order-reset';
import type { Span, Tracing } from '@crossroads/platform';
import type { SagaObserver } from '@crossroads/saga';
import type { SagaMetadata } from '@crossroads/store';

export interface WorkerTraces {
  observer: SagaObserver<SagaMetadata>;
  /** Returns destinations whose requests carry the `traceparent` of their attempt. */
  withTracing(destinations: Destinations): Destinations;
}

/** Outcomes that mark a span as failed. Waiting is no failure. */
const failed: ReadonlySet<string> = new Set(['rejected', 'unavailable', 'failed', 'store-unavailable', 'claim-lost']);

/**
 * Spans of executions, attempts and dispatches. A saga's first execution belongs to the trace of its submission. Later ones may come days after,
 * so each starts its own trace with a link to that one.
 */
export const workerTraces = (tracing: Tracing): WorkerTraces => {
  const executions = new Map<string, Span>();
  /** By the attempt's signal, which is all of the attempt that a destination gets. */
  const attempts = new WeakMap<AbortSignal, Span>();
  return {
    observer: {
      claimed({ sagaId, correlationId, type, epoch, metadata: { traceparent } }) {
        const origin = epoch === 1 ? { parent: traceparent } : { link: traceparent };
        const attributes = { ...ids(sagaId, correlationId), 'crossroads.saga_type': type, 'crossroads.epoch': epoch, 'messaging.system': 'bullmq', 'messaging.operation.type': 'process' };
        executions.set(sagaId, tracing.start('process sagas', { kind: 'consumer', ...origin, attributes }));
      },
      attemptStarted({ step, direction, context: { sagaId, correlationId, attempt, signal } }) {
        const attributes = { ...ids(sagaId, correlationId), 'crossroads.step': step, 'crossroads.direction': direction, 'crossroads.attempt': attempt };
        attempts.set(signal, tracing.start(`${direction} ${step}`, { kind: 'internal', parent: executions.get(sagaId)?.traceparent, attributes }));
      },
      attemptEnded({ context: { signal } }, outcome, error) {
        const span = attempts.get(signal);
        span?.set({ 'crossroads.outcome': outcome });
        span?.end(failed.has(outcome) ? error : undefined);
      },
      stateSaved({ sagaId }, { phase, status }) {
        executions.get(sagaId)?.set({ 'crossroads.phase': phase, 'crossroads.status': status });
      },
      executionEnded({ sagaId }, isLost) {
        executions.get(sagaId)?.end(isLost ? 'the claim was lost' : undefined);
        executions.delete(sagaId);
      },
    },

    withTracing: (destinations) => ({
      ...destinations,
      async send(order, begin, signal) {
        let span: Span | undefined;
        const beginTraced: BeginDispatch = async () => {
          const { request, isRepeated } = await begin();
          const { method, url } = request;
          const attributes = { 'http.request.method': method, 'server.address': new URL(url).hostname };
          span = tracing.start(method, { kind: 'client', parent: attempts.get(signal)?.traceparent, attributes });
          // The stored request is the same at every attempt; this header belongs to one attempt.
          return { request: { ...request, headers: { ...request.headers, traceparent: span.traceparent } }, isRepeated };
        };
        try {
          const reply = await destinations.send(order, beginTraced, signal);
          span?.set({ 'http.response.status_code': reply.http_status });
          span?.end();
          return reply;
        } catch (error) {
          span?.end(error);
          throw error;
        }
      },
    }),
  };
};

/** OpenTelemetry's name for the correlation id is the conversation id. */
const ids = (sagaId: string, correlationId: string) => ({ 'crossroads.saga_id': sagaId, 'messaging.message.conversation_id': correlationId });
