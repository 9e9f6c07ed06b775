import express from 'express';
import type { Router } from 'express';
import type { SagaSearch, SagaViewRepository } from '@crossroads/store';
import type { GivenCommands } from '../commands/commands.js';
import { signedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { send } from '../page/send.js';
import type { QueuePauseRead } from '../queue-pause/queue-pause.js';
import { givenNames } from './actions.js';
import { readFilters } from './filters.js';
import { ListPage } from './list.page.js';
import { filterFor } from './listed.js';
import { sagaIdsIn } from './pasted.js';

const rowsPerPage = 50;

export interface ListPorts {
  view: Pick<SagaViewRepository, 'list' | 'counts'>;
  search: SagaSearch;
  commands: GivenCommands;
  paused: QueuePauseRead;
  chrome: Chrome;
}

export const listRoutes = ({ view, search, commands, paused, chrome }: ListPorts): Router => {
  const router = express.Router();

  router.get('/sagas', async (request, response) => {
    const filters = readFilters(request.query);
    const found = filters.q === undefined ? undefined : await search.find(sagaIdsIn(filters.q));
    const only = found && theOnlyHit(found);
    if (only) return response.redirect(303, only);
    const [rows, counts, pause] = await Promise.all([
      view.list(await filterFor(filters, search, found?.sagaIds), { limit: rowsPerPage, ...(filters.before !== undefined && { before: filters.before }) }),
      view.counts(),
      paused(),
    ]);
    send(response, <ListPage chrome={chrome} operator={signedIn(response)} filters={filters} counts={counts} rows={rows} pause={pause} offered={givenNames(commands)} now={new Date()} />);
  });

  return router;
};

/** One saga, or one order with any number of sagas: nobody wants to click on a list of one. */
const theOnlyHit = ({ sagaIds, orderIds }: Awaited<ReturnType<SagaSearch['find']>>): string | undefined => {
  if (sagaIds.length === 1) return `/sagas/${encodeURIComponent(sagaIds[0]!)}`;
  return orderIds.length === 1 ? `/orders/${orderIds[0]}` : undefined;
};
