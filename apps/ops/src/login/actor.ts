import type { Request, Response } from 'express';
import type { Actor } from '../commands/commands.js';
import { PageError } from '../http/page-error.js';
import { signedIn } from './signed-in.js';

/** Whoever sent the request, as commands and the audit trail want to know them. */
export const actorOf = (request: Request, response: Response): Actor => {
  const { username, role } = signedIn(response);
  return { by: username, role, from: request.ip ?? null };
};

/** The same, where only operators may act. */
export const operatorOf = (request: Request, response: Response): Actor => {
  const actor = actorOf(request, response);
  if (actor.role !== 'operator') throw new PageError(403, 'Viewers may look but not act', 'Nothing was changed. Ask an operator.', 'operator.viewer');
  return actor;
};
