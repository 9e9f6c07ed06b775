import type { IncomingHttpHeaders, OutgoingHttpHeaders, RequestListener } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { AnySchema } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApiDocument } from '../../apps/intake/src/routes.js';

/** A reply of the intake, as it was sent. */
export interface SentReply {
  method: string;
  /** The path of the request, with its query. */
  path: string;
  status: number;
  headers: IncomingHttpHeaders | OutgoingHttpHeaders;
  text: string;
}

interface DocumentedResponse {
  $ref?: string;
  headers?: Record<string, { $ref: string }>;
  content?: Record<string, { schema: AnySchema }>;
}

interface DocumentedOperation {
  responses: Record<string, DocumentedResponse>;
}

interface DocumentedHeader {
  required?: boolean;
  schema: AnySchema;
}

const { paths, components } = openApiDocument();
const operations = Object.entries(paths).map(([path, methods]) => ({
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  methods: methods as Record<string, DocumentedOperation>,
}));

const ajv = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema({ $id: 'api', components });
const headers = components.headers as Record<string, DocumentedHeader>;
/** Names in a response are not case-sensitive. */
const headerNames = new Map(Object.keys(headers).map((name) => [name.toLowerCase(), name]));

/** Returns what makes the value differ from the schema; nothing if it matches. */
const differences = (place: string, schema: AnySchema, value: unknown): string[] => {
  const validate = compiled.get(schema as object) ?? ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components')) as AnySchema);
  compiled.set(schema as object, validate);
  return validate(value) ? [] : validate.errors!.map(({ instancePath, message }) => `${place}${instancePath} ${message}`);
};
const compiled = new WeakMap<object, ReturnType<Ajv2020['compile']>>();

/** Headers of the framing and the coding. OpenAPI does not describe them. */
const framing = new Set(['content-type', 'content-length', 'content-encoding', 'vary', 'connection', 'keep-alive', 'date', 'transfer-encoding', 'upgrade']);

/** Returns every difference between a reply and the OpenAPI document, as sentences. */
export const undocumentedParts = (reply: SentReply): string[] => {
  const { method, path, status } = reply;
  const found = operations.find(({ pattern }) => pattern.test(path.split('?')[0]!));
  const name = `${method} ${path}: ${status}`;
  // Probes and pages are not part of the document, but their errors are like all others.
  if (!found && (status < 400 || status === 503)) return [];
  const response = found ? responseOf(found.methods, method, status) : (components.responses[status] as DocumentedResponse | undefined);
  if (!response) return [`${name} is not documented`];
  return [...headerDifferences(response, reply), ...bodyDifferences(response, reply)].map((difference) => `${name}: ${difference}`);
};

/** Returns the documented response of a method. A method that the path does not have gets the errors that every operation can have, and OPTIONS gets 204. */
const responseOf = (methods: Record<string, DocumentedOperation>, method: string, status: number): DocumentedResponse | undefined => {
  const operation = methods[method === 'HEAD' ? 'get' : method.toLowerCase()];
  const shared = components.responses as Record<string, DocumentedResponse>;
  if (!operation && status === 204) return { headers: shared['405']!.headers! };
  if (!operation) return ['400', '405', '408', '431'].includes(String(status)) ? shared[status] : undefined;
  const response = operation.responses[status];
  return response?.$ref ? shared[response.$ref.split('/').at(-1)!] : response;
};

const headerDifferences = (response: DocumentedResponse, reply: SentReply): string[] => {
  const documented = new Set(Object.keys(response.headers ?? {}));
  const sent = Object.entries(reply.headers).filter(([name, value]) => value !== undefined && !framing.has(name.toLowerCase()));
  const missing = [...documented].filter((name) => headers[name]!.required && !sent.some(([one]) => one.toLowerCase() === name.toLowerCase()));
  return [
    ...missing.map((name) => `the header ${name} is missing`),
    ...sent.flatMap(([lowerCase, value]) => {
      const name = headerNames.get(lowerCase.toLowerCase());
      if (name === undefined || !documented.has(name)) return [`the header ${lowerCase} is not documented`];
      const { schema } = headers[name]!;
      return differences(`the header ${name}`, schema, (schema as { type: string }).type === 'integer' ? Number(value) : String(value));
    }),
  ];
};

const bodyDifferences = ({ content }: DocumentedResponse, { method, status, headers, text }: SentReply): string[] => {
  const type = String(headers['content-type'] ?? '').split(';')[0]!;
  if (method === 'HEAD' || status === 304) return [];
  if (!content) return text === '' ? [] : ['a body is not documented'];
  const documented = content[type];
  if (!documented) return [`the content type ${type} is not documented`];
  return type === 'application/json' ? differences('the body', documented.schema, JSON.parse(text)) : [];
};

/** Wraps an app: `report` gets every reply that the app has sent completely, to any client. */
export const watchReplies =
  (app: RequestListener, report: (reply: SentReply) => void): RequestListener =>
  (request, response) => {
    const chunks: Buffer[] = [];
    const keep = (chunk: unknown): void => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk as string));
    };
    const { write, end } = response;
    response.write = ((...args: Parameters<typeof write>) => {
      keep(args[0]);
      return write.apply(response, args);
    }) as typeof write;
    response.end = ((...args: Parameters<typeof end>) => {
      keep(args[0]);
      return end.apply(response, args);
    }) as typeof end;
    const { method = '', url: path = '' } = request;
    response.once('finish', () => {
      const headers = response.getHeaders();
      report({ method, path, status: response.statusCode, headers, text: decoded(Buffer.concat(chunks), headers['content-encoding']) });
    });
    app(request, response);
  };

const decoded = (bytes: Buffer, coding: unknown): string => {
  if (bytes.length === 0) return '';
  if (coding === 'gzip') return gunzipSync(bytes).toString('utf8');
  return (coding === 'br' ? brotliDecompressSync(bytes) : bytes).toString('utf8');
};
