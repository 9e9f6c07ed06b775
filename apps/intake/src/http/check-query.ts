import { readModel } from '@crossroads/contract';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { orThrow } from '../http-error.js';

/**
 * Responds with 422 to a query that has unknown or invalid parameters.
 * Without it, a mistyped filter would list everything, and a parameter that a caller relies on would have no effect.
 */
export const checkQuery = ({ shape }: z.ZodObject = z.object({})): RequestHandler => {
  const schema = z.strictObject(shape);
  return (request, _response, next) => {
    if (request.url.includes('?')) orThrow(readModel(schema, request.query, 'query'));
    next();
  };
};
