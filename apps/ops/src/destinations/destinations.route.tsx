import express from 'express';
import type { Response, Router } from 'express';
import type { DestinationViewRepository } from '@crossroads/store';
import { z } from 'zod';
import { operatorCodes } from '../http/codes.js';
import { reasonProblem, reasonText } from '../http/read-input.js';
import { operatorOf } from '../login/actor.js';
import { signedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { send } from '../page/layout.js';
import { DestinationsPage } from './destinations.page.js';
import type { DestinationAction, DestinationCommand } from './pause.js';

const input = z.object({ reason: reasonText });

export interface DestinationsPorts {
  destinations: DestinationViewRepository;
  command: DestinationCommand;
  chrome: Chrome;
}

export const destinationsRoutes = ({ destinations, command, chrome }: DestinationsPorts): Router => {
  const page = async (response: Response, problem?: string, status = 200): Promise<void> => {
    const views = await destinations.destinations();
    send(response, <DestinationsPage chrome={chrome} operator={signedIn(response)} destinations={views} now={new Date()} problem={problem} />, status);
  };

  const router = express.Router();
  router.get('/destinations', (_request, response) => page(response));
  for (const action of ['pause', 'resume'] as const satisfies DestinationAction[]) {
    router.post(`/destinations/:id/${action}`, express.urlencoded({ extended: false, limit: '8kb' }), async (request, response) => {
      const actor = operatorOf(request, response);
      const read = input.safeParse(request.body);
      if (!read.success) return page(response, reasonProblem, 422);
      const result = await command(String(request.params['id']), action, actor, read.data.reason);
      if (!result.ok) return page(response, result.message, operatorCodes[result.code].status);
      response.redirect(303, '/destinations');
    });
  }
  return router;
};
