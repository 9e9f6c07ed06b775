import type { Attributes, Context, Link, SpanContext } from '@opentelemetry/api';
import type { Log } from './log.js';

/** A unit of work in a trace. */
export interface Span {
  /** The W3C traceparent of this span, for the next unit of work of the trace. */
  traceparent: string;
  set(attributes: Attributes): void;
  /** Ends the span. `error`: the error or its description, for a failed unit of work. */
  end(error?: unknown): void;
}

export interface SpanAttributes {
  kind: 'server' | 'consumer' | 'client' | 'internal';
  /** The traceparent of the parent span. Absent or malformed: a new trace begins. */
  parent?: string | undefined;
  /** The traceparent of a related span of another trace. */
  link?: string | undefined;
  attributes?: Attributes;
}

export interface Tracing {
  start(name: string, metadata: SpanAttributes): Span;
  /** Sends the remaining spans. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** Endpoint for spans. Absent: tracing is off. */
  endpoint: string | undefined;
  /** Name of the app, in every span. */
  app: string;
  log: Pick<Log, 'warn'>;
}

/** Creates the tracing; resolves to undefined without an endpoint. Loads the packages only if tracing is on. */
export const openTracing = async ({ endpoint, app, log }: TracingOptions): Promise<Tracing | undefined> => {
  if (endpoint === undefined) return undefined;
  const [{ ROOT_CONTEXT, SpanKind, SpanStatusCode, trace }, { parseTraceParent, setGlobalErrorHandler }, { resourceFromAttributes }, sdk, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/core'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const logExportError = (error: unknown): void => log.warn('could not export spans; they are lost', { endpoint, error });
  setGlobalErrorHandler(logExportError);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/(?<!\/)\/+$/, '')}/v1/traces`, timeoutMillis: 3_000 });
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': `crossroads-${app}`, 'service.namespace': 'crossroads' }),
    // The caller may have decided not to sample the trace.
    sampler: new sdk.ParentBasedSampler({ root: new sdk.AlwaysOnSampler() }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000 })],
  });
  const tracer = provider.getTracer('crossroads');
  const kinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };

  const spanContextIn = (traceparent: string | undefined): SpanContext | undefined => (traceparent === undefined ? undefined : (parseTraceParent(traceparent) ?? undefined));
  const contextOf = (parent: SpanContext | undefined): Context => (parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT);

  return {
    start(name, { kind, parent, link, attributes = {} }) {
      const linked = spanContextIn(link);
      const links: Link[] = linked ? [{ context: linked }] : [];
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes, links }, contextOf(spanContextIn(parent)));
      return {
        traceparent: traceparentOf(span.spanContext()),
        set: (more) => void span.setAttributes(more),
        end(error) {
          if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
          span.end();
        },
      };
    },
    close: () => provider.shutdown().catch(logExportError),
  };
};

const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string => `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

const messageOf = (error: unknown): string => {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : 'failed';
};
