import type { RequestHandler } from '@crossroads/testkit';

/** Accepts the request. */
export const ok: RequestHandler = (_request, response) => void response.end('{}');

/** Handles one request with each handler, and all later requests with `ok`. */
export const first = (...handlers: RequestHandler[]): RequestHandler => {
  const left = [...handlers];
  return (request, response) => (left.shift() ?? ok)(request, response);
};

/** Replies with a status, headers and a body. */
export const status =
  (code: number, headers: Record<string, string> = {}, body = ''): RequestHandler =>
  (_request, response) =>
    void response.writeHead(code, headers).end(body);

/** Sends bytes as they are, and closes the connection. */
export const raw =
  (text: string): RequestHandler =>
  (_request, response) =>
    void response.socket!.end(text);
