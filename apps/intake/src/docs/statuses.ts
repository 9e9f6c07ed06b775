/** What an error status means, and what to do next. */
interface StatusFacts {
  means: string;
  next: string;
}

const metadata = (means: string, next: string): StatusFacts => ({ means, next });

/** Every error status of the intake. openapi.json and docs/errors.md are printed from it. */
export const statuses = {
  400: metadata('The body cannot be read at all.', 'Send proper JSON.'),
  401: metadata('Missing or invalid credentials.', 'Send an API key, or get a new token.'),
  403: metadata('The credentials lack the scope, or do not speak for the tenant or instance named.', 'Name your own, or have the scope added to the key.'),
  404: metadata('You have no such order or reset, or there is no such path.', 'Check the id and who it was sent to. What is another tenant’s looks exactly like what does not exist.'),
  405: metadata('The path exists and is not asked in this way.', '`Allow` has the methods.'),
  408: metadata('The body did not arrive in time.', 'Send it again on a new connection.'),
  409: metadata('It contradicts what has happened already.', 'Read the text: it says how things stand.'),
  413: metadata('The body is too large.', 'Send less.'),
  415: metadata('The body is encoded.', 'Send it as it is.'),
  422: metadata('Validation Error', 'Correct what the list or the sentence names. An order that is full (16 MB), or is stored in a shape of another writer, takes nothing until it is corrected.'),
  429: metadata('Too many requests.', 'Wait the seconds in `Retry-After`.'),
  500: metadata('A fault of ours.', 'Send it again with the same `Idempotency-Key`; if it happens again, tell the operators the `X-Request-ID`.'),
  503: metadata('The database does not answer, or too much waits for it, or for this order. The text says whether anything may have been accepted; if so, X-Correlation-ID is the name to send the request again by.', 'Send it again, with the same `Idempotency-Key`, after the seconds in `Retry-After`.'),
} as const satisfies Record<number, StatusFacts>;
