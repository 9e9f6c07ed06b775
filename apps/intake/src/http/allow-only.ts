import type { RequestHandler } from 'express';

/** Answers for a path that exists whatever it may not be asked with: 405, and 204 to OPTIONS, both with `Allow`. */
export const allowOnly = (...methods: string[]): RequestHandler => {
  const allow = methods.join(', ');
  return (request, response, next) => {
    if (methods.includes(request.method)) return next();
    response.set('Allow', allow);
    if (request.method === 'OPTIONS') response.status(204).end();
    else response.status(405).json({ detail: 'Method Not Allowed' });
  };
};
