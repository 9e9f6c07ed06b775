import { headersWith } from './headers.js';
import type { ApiDocument } from './openapi.js';

interface OperationObject {
  operationId: string;
  summary: string;
  description: string;
  parameters: { name: string; in: string; required: boolean; description?: string }[];
  requestBody?: { content: Record<string, { schema: object; example?: object }> };
  responses: Record<string, ResponseObject | { $ref: string }>;
}

interface ResponseObject {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, { schema: object }>;
}

/** Returns the OpenAPI document as one HTML page, without scripts and external resources. */
export const renderPage = (document: ApiDocument): string => {
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, ...(operation as OperationObject) })),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(document.info.title)}</title><style>${style}</style></head>
<body><main>
<h1>${escapeHtml(document.info.title)}</h1><p>${prose(document.info.description)}</p>
<p>For machines: <a href="/openapi.json">/openapi.json</a></p>
<nav aria-label="Calls"><ul>${calls.map(({ method, path, operationId, summary }) => `<li><a href="#${operationId}"><code>${method} ${escapeHtml(path)}</code></a> ${escapeHtml(summary)}</li>`).join('')}</ul></nav>
${calls.map((call) => section(document, call)).join('\n')}
<h2>Schemas</h2>
${Object.entries(document.components.schemas)
  .map(([name, schema]) => `<details id="schema-${name}"><summary>${name}</summary><pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre></details>`)
  .join('\n')}
</main></body></html>
`;
};

const section = (document: ApiDocument, { method, path, operationId, summary, description, parameters, requestBody, responses }: OperationObject & { method: string; path: string }): string => `
<section id="${operationId}"><h2>${escapeHtml(summary)}</h2><p><code>${method} ${escapeHtml(path)}</code></p><p>${prose(description)}</p>
${parameters.length === 0 ? '' : `<table><thead><tr><th>Parameter</th><th>In</th><th></th><th>Meaning</th></tr></thead><tbody>${parameters.map(row).join('')}</tbody></table>`}
<pre>${escapeHtml(curl(method, path, parameters, requestBody))}</pre>
<table><thead><tr><th>Status</th><th>Meaning</th><th>Headers</th><th>Body</th></tr></thead><tbody>${Object.entries(responses)
  .map(([status, response]) => responseRow(status, resolved(document, response)))
  .join('')}</tbody></table></section>`;

const row = ({ name, in: place, required, description = '' }: OperationObject['parameters'][number]): string =>
  `<tr><td><code>${escapeHtml(name)}</code></td><td>${place}</td><td>${required ? 'required' : ''}</td><td>${prose(description)}</td></tr>`;

const responseRow = (status: string, { description, headers = {}, content }: ResponseObject): string =>
  `<tr><td>${status}</td><td>${prose(description)}</td><td>${ownHeaders(headers)}</td><td>${bodyOf(content)}</td></tr>`;

/** Returns a response, or the shared one that it refers to. */
const resolved = ({ components }: ApiDocument, response: ResponseObject | { $ref: string }): ResponseObject =>
  '$ref' in response ? (components.responses[response.$ref.split('/').at(-1)!] as ResponseObject) : response;

/** Returns the headers that not every response has. */
const ownHeaders = (headers: Record<string, object>): string =>
  Object.keys(headers)
    .slice(Object.keys(headersWith()).length)
    .map((name) => `<code>${name}</code>`)
    .join(' ');

const bodyOf = (content: Record<string, { schema: object }> | undefined): string => {
  const name = /schemas\/(\w+)/.exec(JSON.stringify(content ?? {}))?.[1];
  return name === undefined ? '' : `<a href="#schema-${name}">${name}</a>`;
};

const curl = (method: string, path: string, parameters: OperationObject['parameters'], body: OperationObject['requestBody']): string => {
  const [type, content] = Object.entries(body?.content ?? {})[0] ?? [];
  if (type?.includes('form')) return `curl -s "$CROSSROADS${path}" -d grant_type=password -d client_id="$CLIENT_ID" -d client_secret="$CLIENT_SECRET"`;
  const lines = [`curl -s${method === 'GET' ? '' : ` -X ${method}`} "$CROSSROADS${path.replace('{correlation_id}', '$CORRELATION_ID')}"`, `  -H "X-API-Key: $API_KEY"`];
  if (parameters.some(({ name, required }) => name === 'X-Dest-Tenant-Name' && required)) lines.push(`  -H "X-Dest-Tenant-Name: $OTHER_TENANT"`);
  if (content?.example) lines.push(`  -H "Content-Type: application/json"`, `  -d '${JSON.stringify(content.example)}'`);
  return lines.join(' \\\n');
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Returns escaped text with its back-quoted words as code. */
const prose = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');

export const style =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0}main{max-width:60rem;margin:0 auto;padding:1rem}' +
  'code,pre{font:.875em/1.5 ui-monospace,monospace}pre{overflow-x:auto;padding:.75rem;border:1px solid #8886;border-radius:.4rem}' +
  'table{border-collapse:collapse;width:100%;margin:.75rem 0}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #8886}' +
  'section{border-top:2px solid #8886;margin-top:2rem}nav ul{list-style:none;padding:0}';
