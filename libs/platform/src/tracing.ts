import type { Attributes, Context, Link, SpanContext } from '@opentelemetry/api';
import type { Log } from './log.js';

/** One piece of work in a trace. */
export interface Span {
  /** Names this span to whoever does the next piece of the same work, in W3C's words. */
  traceparent: string;
  set(attributes: Attributes): void;
  /** With the error that ended it, or what was wrong in words, if something was. */
  end(error?: unknown): void;
}

export interface SpanAttributes {
  kind: 'server' | 'consumer' | 'client' | 'internal';
  /** The span this one is a part of, as `traceparent` names it. Absent or not well-formed: a trace of its own begins. */
  parent?: string | undefined;
  /** A span of another trace that this one has to do with. */
  link?: string | undefined;
  attributes?: Attributes;
}

export interface Tracing {
  start(name: string, metadata: SpanAttributes): Span;
  /** Sends what was not sent yet. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** Where spans go. Without it there is no tracing. */
  endpoint: string | undefined;
  /** Which app speaks. */
  app: string;
  log: Pick<Log, 'warn'>;
}

/** Undefined without an endpoint. The packages are loaded only where somebody traces. */
export const openTracing = async ({ endpoint, app, log }: TracingOptions): Promise<Tracing | undefined> => {
  if (endpoint === undefined) return undefined;
  const [{ ROOT_CONTEXT, SpanKind, SpanStatusCode, trace }, { parseTraceParent, setGlobalErrorHandler }, { resourceFromAttributes }, sdk, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/core'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const lost = (error: unknown): void => log.warn('spans could not be sent', { endpoint, error });
  setGlobalErrorHandler(lost);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, timeoutMillis: 3_000 });
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': `crossroads-${app}`, 'service.namespace': 'crossroads' }),
    // Whoever calls us may have decided already that a trace is not kept.
    sampler: new sdk.ParentBasedSampler({ root: new sdk.AlwaysOnSampler() }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000 })],
  });
  const tracer = provider.getTracer('crossroads');
  const kinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };

  const named = (traceparent: string | undefined): SpanContext | undefined => (traceparent === undefined ? undefined : (parseTraceParent(traceparent) ?? undefined));
  const within = (parent: SpanContext | undefined): Context => (parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT);

  return {
    start(name, { kind, parent, link, attributes = {} }) {
      const linked = named(link);
      const links: Link[] = linked ? [{ context: linked }] : [];
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes, links }, within(named(parent)));
      return {
        traceparent: traceparentOf(span.spanContext()),
        set: (more) => void span.setAttributes(more),
        end(error) {
          if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
          span.end();
        },
      };
    },
    close: () => provider.shutdown().catch(lost),
  };
};

const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string => `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

const messageOf = (error: unknown): string => {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : 'failed';
};
