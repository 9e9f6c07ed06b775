import type { Destinations } from '@crossroads/order-reset';
import type { Span, Tracing } from '@crossroads/platform';
import type { StepObserver } from './telemetry/instrument-steps.js';
import type { ExecutionObserver } from './telemetry/instrument-executions.js';

export interface WorkerTraces {
  step: StepObserver;
  turn: ExecutionObserver;
  /** The destinations, each request carrying the `traceparent` of the attempt that sends it. */
  withTracing(destinations: Destinations): Destinations;
}

/** Attempts that came out so went wrong; waiting for one's turn is nothing wrong. */
const wrong: ReadonlySet<string> = new Set(['rejected', 'unavailable', 'failed', 'store-away', 'claim-lost']);

/**
 * Spans of the bell, the steps and the dispatch. A saga's first turn is a part of the trace it was submitted in. Later ones may come days after,
 * so each begins a trace of its own and links to that one.
 */
export const workerTraces = (tracing: Tracing): WorkerTraces => {
  const executions = new Map<string, Span>();
  /** By the attempt's signal, which is all of the attempt that reaches a destination. */
  const attempts = new WeakMap<AbortSignal, Span>();
  return {
    turn: {
      claimed({ sagaId, correlationId, type, epoch, metadata: { traceparent } }) {
        const origin = epoch === 1 ? { parent: traceparent } : { link: traceparent };
        const attributes = { ...ids(sagaId, correlationId), 'crossroads.saga_type': type, 'crossroads.epoch': epoch, 'messaging.system': 'bullmq', 'messaging.operation.type': 'process' };
        executions.set(sagaId, tracing.start('process sagas', { kind: 'consumer', ...origin, attributes }));
      },
      settled({ sagaId }, { phase, status }) {
        executions.get(sagaId)?.set({ 'crossroads.phase': phase, 'crossroads.status': status });
      },
      over({ sagaId }, lost) {
        executions.get(sagaId)?.end(lost ? 'the claim was lost' : undefined);
        executions.delete(sagaId);
      },
    },

    step: ({ step, direction, context: { sagaId, correlationId, attempt, signal } }) => {
      const attributes = { ...ids(sagaId, correlationId), 'crossroads.step': step, 'crossroads.direction': direction, 'crossroads.attempt': attempt };
      const span = tracing.start(`${direction} ${step}`, { kind: 'internal', parent: executions.get(sagaId)?.traceparent, attributes });
      attempts.set(signal, span);
      return (outcome, error) => {
        span.set({ 'crossroads.outcome': outcome });
        span.end(wrong.has(outcome) ? error : undefined);
      };
    },

    withTracing: (destinations) => ({
      ...destinations,
      async send(order, request, signal) {
        const { method, url } = request;
        const attributes = { 'http.request.method': method, 'server.address': new URL(url).hostname };
        const span = tracing.start(method, { kind: 'client', parent: attempts.get(signal)?.traceparent, attributes });
        try {
          // The request is stored and the same at every attempt; this is of one attempt only.
          const reply = await destinations.send(order, { ...request, headers: { ...request.headers, traceparent: span.traceparent } }, signal);
          span.set({ 'http.response.status_code': reply.http_status });
          span.end();
          return reply;
        } catch (error) {
          span.end(error);
          throw error;
        }
      },
    }),
  };
};

/** OpenTelemetry has a name for what we call the correlation id. */
const ids = (sagaId: string, correlationId: string) => ({ 'crossroads.saga_id': sagaId, 'messaging.message.conversation_id': correlationId });
