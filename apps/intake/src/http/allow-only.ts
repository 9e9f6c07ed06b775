import type { RequestHandler } from 'express';
import { Router } from 'express';

/** Paths, and the methods each may be asked with. Answers for a path that exists whatever else it is asked with: 405, and 204 to OPTIONS, both with `Allow`. */
export const allowOnly = (allowed: readonly { paths: string[]; methods: string[] }[]): RequestHandler => {
  const router = Router();
  for (const { paths, methods } of allowed) router.all(paths, only(methods));
  // As nearly every request is spelled: no pattern needs to be tried.
  const plain = new Set(allowed.flatMap(({ paths, methods }) => paths.flatMap((path) => methods.map((method) => `${method} ${path}`))));
  return (request, response, next) => (plain.has(`${request.method} ${request.path}`) ? next() : router(request, response, next));
};

const only = (methods: readonly string[]): RequestHandler => {
  const allow = methods.join(', ');
  return (request, response, next) => {
    if (methods.includes(request.method)) return next();
    response.set('Allow', allow);
    if (request.method === 'OPTIONS') response.status(204).end();
    else response.status(405).json({ detail: 'Method Not Allowed' });
  };
};
