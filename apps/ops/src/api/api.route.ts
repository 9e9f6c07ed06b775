import express from 'express';
import type { Request, Response, Router } from 'express';
import type { SagaSearch, SagaViewRepository } from '@crossroads/store';
import { z } from 'zod';
import { actionNames } from '../commands/audited.js';
import type { CommandName, CommandResult } from '../commands/commands.js';
import type { DestinationCommand } from '../destinations/pause.js';
import { operatorCodes } from '../http/codes.js';
import { PageError } from '../http/page-error.js';
import { operatorOf } from '../login/actor.js';
import { signedIn } from '../login/signed-in.js';
import { redact } from '../page/redact.js';
import { givenNames } from '../sagas/actions.js';
import { readFilters } from '../sagas/filters.js';
import { filterFor } from '../sagas/listed.js';
import type { SagaDetailsPorts } from '../sagas/saga-details.js';
import { readSagaDetails } from '../sagas/saga-details.js';

const reason = z.string().trim().min(3).max(500);
const input = z.object({ reason, expected_epoch: z.int().min(0).optional(), force: z.boolean().optional() });
const page = z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) });

export interface ApiPorts extends SagaDetailsPorts {
  view: Pick<SagaViewRepository, 'saga' | 'entries' | 'list'>;
  search: SagaSearch;
  destination: DestinationCommand;
}

/** The operator API: the commands of the pages for scripts, with the same rights and the same audit trail. */
export const apiRoutes = (ports: ApiPorts): Router => {
  const { view, search, commands, destination } = ports;
  const router = express.Router();
  const details = readSagaDetails(ports);
  router.use(express.json({ limit: '8kb' }));

  router.get('/sagas', async (request, response) => {
    const filters = readFilters(request.query);
    const { limit } = read(page, request.query);
    const { sagas, next } = await view.list(await filterFor(filters, search), { limit, ...(filters.before !== undefined && { before: filters.before }) });
    answer(response, { sagas: sagas.map(shown), next: next ?? null });
  });

  router.get('/sagas/:sagaId', async (request, response) => {
    const { saga, entries, order, actions } = await details(request.params.sagaId, signedIn(response));
    answer(response, { saga: shown(saga), entries, order: order ?? null, actions: actions.map(({ name }) => actionNames[name]) });
  });

  for (const name of Object.keys(actionNames) as CommandName[]) {
    router.post(`/sagas/:sagaId/${actionNames[name]}`, async (request: Request, response) => {
      const actor = operatorOf(request, response);
      const command = givenNames(commands).includes(name) ? commands[name] : undefined;
      if (!command) throw new PageError(404, 'There is no such action', `${actionNames[name]} is not offered here.`);
      const { reason, expected_epoch: expectedEpoch, force } = read(input, request.body);
      const sagaId = String(request.params['sagaId']);
      const result = await command(sagaId, { ...actor, reason, expectedEpoch, force });
      orThrow(result);
      const now = await view.saga(sagaId);
      answer(response, { ok: true, saga: now ? shown(now) : null, ...(result.recoverySagaId !== undefined && { recovery_saga_id: result.recoverySagaId }) });
    });
  }

  for (const action of ['pause', 'resume'] as const) {
    router.post(`/destinations/:id/${action}`, async (request: Request, response) => {
      const actor = operatorOf(request, response);
      orThrow(await destination(String(request.params['id']), action, actor, read(z.object({ reason }), request.body).reason));
      answer(response, { ok: true, paused: action === 'pause' });
    });
  }

  router.use(() => {
    throw new PageError(404, 'There is no such address', 'The operator API has no such address.');
  });
  return router;
};

const answer = (response: Response, body: object): void => {
  response.set('Cache-Control', 'no-store').json(redact(body));
};

const shown = <S extends { _id: string }>({ _id, ...saga }: S) => ({ saga_id: _id, ...saga });

const read = <T>(schema: z.ZodType<T>, given: unknown): T => {
  const result = schema.safeParse(given ?? {});
  if (result.success) return result.data;
  const said = result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
  throw new PageError(422, 'The request is not right', said, 'request.invalid');
};

function orThrow(result: CommandResult): asserts result is Extract<CommandResult, { ok: true }> {
  if (!result.ok) throw new PageError(operatorCodes[result.code].status, 'It was not done', result.message, result.code);
}
