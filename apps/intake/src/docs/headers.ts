/** A response header in the OpenAPI document. */
export interface HeaderInfo {
  description: string;
  required?: true;
  schema: { type: 'string' | 'integer'; [keyword: string]: unknown };
}

const text = (description: string, example: string): HeaderInfo => ({ description, schema: { type: 'string', examples: [example] } });

/** Every header that a response of the intake can have, apart from those of the HTTP framing. */
export const responseHeaders = {
  'X-Request-ID': { ...text('Identifies this request in the log of the service.', '0f8b7a6c-5d4e-4f3a-9b2c-1d0e9f8a7b6c'), required: true },
  'X-Correlation-ID': text('The correlation id of the reset. Otherwise your own X-Correlation-ID, if it is well-formed.', 'recall-4711-a'),
  'Cache-Control': { ...text('Whether a cache may keep the response.', 'no-store'), required: true },
  'X-Content-Type-Options': { ...text('Always `nosniff`.', 'nosniff'), required: true },
  'Referrer-Policy': { ...text('Always `no-referrer`.', 'no-referrer'), required: true },
  RateLimit: text('Requests that remain (`r`), and seconds until the limit is reset (`t`).', '"submit"; r=5999; t=42'),
  'RateLimit-Policy': text('Your limit: requests (`q`) per seconds (`w`).', '"submit"; q=6000; w=60'),
  'Retry-After': { description: 'Seconds to wait before the next request.', schema: { type: 'integer', minimum: 0, examples: [2] } },
  'WWW-Authenticate': text('How to authenticate.', 'Bearer'),
  Allow: text('The methods that the path supports.', 'GET, HEAD, POST'),
  'Content-Location': text('Path of the status of the reset.', '/v1/order/reset/recall-4711-a'),
  Link: text('Related resources: the status of the reset, the documentation, or the next page.', '</v1/order/reset?cursor=…>; rel="next"'),
  ETag: text('Identifies this state of the reset. Send it as If-None-Match.', '"pN3-8kXh2v1mQ0sT4uVwYz"'),
  'Preference-Applied': text('The wait that was applied.', 'wait=25'),
  'Idempotent-Replayed': text('`true` if an earlier request with the same key or correlation id had created the reset.', 'true'),
  Pragma: text('Always `no-cache`, as RFC 6749 requires.', 'no-cache'),
  'X-Accel-Buffering': text('Always `no`: proxies must not buffer the stream.', 'no'),
} satisfies Record<string, HeaderInfo>;

export type HeaderName = keyof typeof responseHeaders;

/** Headers of responses with any status. The rate limits are those of authenticated requests. */
const always: HeaderName[] = ['X-Request-ID', 'X-Correlation-ID', 'Cache-Control', 'X-Content-Type-Options', 'Referrer-Policy', 'RateLimit', 'RateLimit-Policy'];

/** Returns references to the common headers and to the named ones. */
export const headersWith = (names: readonly HeaderName[] = []): Record<string, { $ref: string }> =>
  Object.fromEntries([...always, ...names].map((name) => [name, { $ref: `#/components/headers/${name}` }]));
