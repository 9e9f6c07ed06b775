import express from 'express';
import type { Request, Response, Router } from 'express';
import type { Log } from '@crossroads/platform';
import { z } from 'zod';
import type { CommandName } from '../commands/commands.js';
import { orderMovedOn } from '../commands/recover.js';
import { untilMoved } from '../commands/until-moved.js';
import { operatorCodes } from '../http/codes.js';
import { PageError } from '../http/page-error.js';
import { reasonProblem, reasonText } from '../http/read-input.js';
import { operatorOf } from '../login/actor.js';
import { signedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { redact } from '../page/redact.js';
import { send, sendFragment } from '../page/layout.js';
import type { ActionProblem } from './actions.js';
import { availableNames } from './actions.js';
import { Live, SagaPage } from './saga.page.js';
import type { SagaDetailsPorts } from './saga-details.js';
import { readSagaDetails } from './saga-details.js';

const input = z.object({ reason: reasonText, expected_epoch: z.coerce.number().int().min(0), force: z.literal('true').optional().transform((value) => value === 'true') });

export const sagaRoutes = (ports: SagaDetailsPorts & { chrome: Chrome; log: Log }): Router => {
  const { chrome, commands, log, view } = ports;
  const router = express.Router();
  const details = readSagaDetails(ports);

  router.get('/sagas/:sagaId.json', async (request, response) => {
    const { saga, entries } = await details(request.params['sagaId'] ?? '', signedIn(response));
    response.json(redact({ saga, entries }));
  });

  router.get('/sagas/:sagaId/live', async (request, response) => {
    sendFragment(response, <Live details={await details(request.params.sagaId, signedIn(response))} now={new Date()} requested={requestedIn(request)} />);
  });

  router.get('/sagas/:sagaId', async (request, response) => {
    await page(request.params.sagaId, response, { requested: requestedIn(request) });
  });

  router.post('/sagas/:sagaId/:action', express.urlencoded({ extended: false, limit: '8kb' }), act);

  return router;

  async function page(sagaId: string, response: Response, shown: { problem?: ActionProblem; requested?: CommandName | undefined }, status = 200): Promise<void> {
    const operator = signedIn(response);
    send(response, <SagaPage chrome={chrome} operator={operator} details={await details(sagaId, operator)} now={new Date()} {...shown} />, status);
  }

  /** Returns the command after which the page was opened. */
  function requestedIn({ query }: Pick<Request, 'query'>): CommandName | undefined {
    return availableNames(commands).find((name) => name === query['requested']);
  }

  async function act(request: Request<{ sagaId: string; action: string }>, response: Response): Promise<void> {
    const actor = operatorOf(request as Request, response);
    const { sagaId } = request.params;
    const action = availableNames(commands).find((name) => name === request.params.action);
    const command = action && commands[action];
    if (!command) throw new PageError(404, 'Action not found', 'No such action is available for sagas. Nothing was changed. Go back to the saga and reload its page.');
    const read = input.safeParse(request.body);
    if (!read.success) return page(sagaId, response, { problem: { message: reasonProblem, action } }, 422);
    const { reason, expected_epoch: expectedEpoch, force } = read.data;
    const result = await command(sagaId, { ...actor, reason, expectedEpoch, force });
    log.info('operator command', { command: action, saga_id: sagaId, by: actor.by, reason, result });
    if (!result.ok) return page(sagaId, response, { problem: { ...result, action, reason, mayForce: result.code === orderMovedOn } }, operatorCodes[result.code].status);
    const shownId = result.recoverySagaId ?? sagaId;
    await untilMoved(() => view.saga(shownId));
    response.redirect(303, `/sagas/${encodeURIComponent(shownId)}?requested=${action}`);
  }
};
