import type { Request, Response } from 'express';
import type { Actor } from '../commands/commands.js';
import { PageError } from '../http/page-error.js';
import { signedIn } from './signed-in.js';

/** Returns the operator who sent the request, for commands and audit entries. */
export const actorOf = (request: Request, response: Response): Actor => {
  const { username, role, credential } = signedIn(response);
  return { by: username, role, credential, from: request.ip ?? null };
};

/** Returns the operator who sent the request. Throws PageError 403 for a viewer. */
export const operatorOf = (request: Request, response: Response): Actor => {
  const actor = actorOf(request, response);
  if (actor.role !== 'operator') throw new PageError(403, 'Viewers cannot act', 'Viewers can see every page but cannot change anything. Nothing was changed. Ask an operator.', 'operator.viewer');
  return actor;
};
