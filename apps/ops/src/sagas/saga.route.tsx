import express from 'express';
import type { Request, Response, Router } from 'express';
import type { Log } from '@crossroads/runtime';
import { z } from 'zod';
import { PageError } from '../http/page-error.js';
import { signedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { masked } from '../page/masked.js';
import { send, sendFragment } from '../page/send.js';
import { Live, SagaPage } from './saga.page.js';
import type { StoryPorts } from './story.js';
import { storyOf } from './story.js';

const wish = z.object({ reason: z.string().trim().min(3).max(500), expected_epoch: z.coerce.number().int().min(0) });

export const sagaRoutes = (ports: StoryPorts & { chrome: Chrome; log: Log }): Router => {
  const { chrome, commands, log } = ports;
  const router = express.Router();
  const story = storyOf(ports);

  router.get('/sagas/:sagaId.json', async (request, response) => {
    const { saga, entries } = await story(request.params['sagaId'] ?? '', signedIn(response));
    response.set('Cache-Control', 'no-store').json(masked({ saga, entries }));
  });

  router.get('/sagas/:sagaId/live', async (request, response) => {
    sendFragment(response, <Live story={await story(request.params.sagaId, signedIn(response))} now={new Date()} />);
  });

  router.get('/sagas/:sagaId', async (request, response) => {
    await page(request.params.sagaId, response);
  });

  router.post('/sagas/:sagaId/:action', express.urlencoded({ extended: false, limit: '8kb' }), act);

  return router;

  async function page(sagaId: string, response: Response, problem?: string, status = 200): Promise<void> {
    const operator = signedIn(response);
    send(response, <SagaPage chrome={chrome} operator={operator} story={await story(sagaId, operator)} now={new Date()} problem={problem} />, status);
  }

  async function act(request: Request<{ sagaId: string; action: string }>, response: Response): Promise<void> {
    const operator = signedIn(response);
    const { sagaId, action } = request.params;
    if (operator.role !== 'operator') throw new PageError(403, 'Viewers may look but not act', 'Nothing was changed. Ask an operator.');
    const offered = (await story(sagaId, operator)).actions.find(({ name }) => name === action);
    const command = offered && commands[offered.name];
    if (!command) return page(sagaId, response, 'This cannot be done to the saga as it stands now. Nothing was changed.', 409);
    const read = wish.safeParse(request.body);
    if (!read.success) return page(sagaId, response, 'Say why, in a few words. Nothing was changed.', 422);
    const { reason, expected_epoch: expectedEpoch } = read.data;
    const result = await command(sagaId, { by: operator.username, reason, expectedEpoch });
    log.info('operator command', { command: offered.name, saga_id: sagaId, by: operator.username, reason, result });
    if (!result.ok) return page(sagaId, response, result.message, 409);
    response.redirect(303, `/sagas/${encodeURIComponent(sagaId)}`);
  }
};
