import express from 'express';
import type { Request, Response, Router } from 'express';
import type { SagaSearch, SagaViewRepository } from '@crossroads/store';
import { z } from 'zod';
import { actionNames } from '../commands/with-audit.js';
import type { CommandName, CommandResult } from '../commands/commands.js';
import type { DestinationCommand } from '../destinations/pause.js';
import { operatorCodes } from '../http/codes.js';
import { PageError } from '../http/page-error.js';
import { readInput, reasonText } from '../http/read-input.js';
import { operatorOf } from '../login/actor.js';
import { signedIn } from '../login/signed-in.js';
import { redact } from '../page/redact.js';
import { availableNames } from '../sagas/actions.js';
import { filterFields, sagaFilterFor } from '../sagas/filters.js';
import type { SagaDetailsPorts } from '../sagas/saga-details.js';
import { readSagaDetails } from '../sagas/saga-details.js';

const input = z.strictObject({ reason: reasonText, expected_epoch: z.int().min(0).optional(), force: z.boolean().optional() });
const reasonInput = z.strictObject({ reason: reasonText });
const listInput = filterFields.omit({ after: true }).extend({ limit: z.coerce.number().int().min(1).max(200).default(50) });
const noParameters = z.strictObject({});

export interface ApiPorts extends SagaDetailsPorts {
  view: Pick<SagaViewRepository, 'saga' | 'entries' | 'list'>;
  search: SagaSearch;
  destination: DestinationCommand;
}

/** The operator API: the commands of the pages, with the same rights and audit entries. */
export const apiRoutes = (ports: ApiPorts): Router => {
  const { view, search, commands, destination } = ports;
  const router = express.Router();
  const details = readSagaDetails(ports);
  router.use(express.json({ limit: '8kb' }));

  router.get('/sagas', async (request, response) => {
    const { limit, ...filters } = readInput(listInput, request.query);
    const { sagas, next } = await view.list(await sagaFilterFor(filters, search), { limit, ...(filters.before !== undefined && { before: filters.before }) });
    sendJson(response, { sagas: sagas.map(toApiSaga), next: next ?? null });
  });

  router.get('/sagas/:sagaId', async (request, response) => {
    readInput(noParameters, request.query);
    const { saga, entries, order, actions, blocker } = await details(request.params.sagaId, signedIn(response));
    sendJson(response, { saga: toApiSaga(saga), entries, order: order ?? null, blocked_by: blocker?._id ?? null, actions: actions.map(({ name }) => actionNames[name]) });
  });

  for (const name of Object.keys(actionNames) as CommandName[]) {
    router.post(`/sagas/:sagaId/${actionNames[name]}`, async (request: Request, response) => {
      const actor = operatorOf(request, response);
      const command = availableNames(commands).includes(name) ? commands[name] : undefined;
      if (!command) throw new PageError(404, 'Action not found', `The action ${actionNames[name]} is not available. Nothing was changed.`);
      readInput(noParameters, request.query);
      const { reason, expected_epoch: expectedEpoch, force } = readInput(input, request.body);
      const sagaId = String(request.params['sagaId']);
      const result = await command(sagaId, { ...actor, reason, expectedEpoch, force });
      orThrow(result);
      const now = await view.saga(sagaId);
      sendJson(response, { ok: true, saga: now ? toApiSaga(now) : null, ...(result.recoverySagaId !== undefined && { recovery_saga_id: result.recoverySagaId }) });
    });
  }

  for (const action of ['pause', 'resume'] as const) {
    router.post(`/destinations/:id/${action}`, async (request: Request, response) => {
      const actor = operatorOf(request, response);
      readInput(noParameters, request.query);
      orThrow(await destination(String(request.params['id']), action, actor, readInput(reasonInput, request.body).reason));
      sendJson(response, { ok: true, paused: action === 'pause' });
    });
  }

  router.use(() => {
    throw new PageError(404, 'Address not found', 'The operator API has no such address.');
  });
  return router;
};

const sendJson = (response: Response, body: object): void => {
  response.json(redact(body));
};

const toApiSaga = <S extends { _id: string }>({ _id, ...saga }: S) => ({ saga_id: _id, ...saga });

function orThrow(result: CommandResult): asserts result is Extract<CommandResult, { ok: true }> {
  if (!result.ok) throw new PageError(operatorCodes[result.code].status, 'The action was rejected', result.message, result.code);
}
