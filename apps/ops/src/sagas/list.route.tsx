import express from 'express';
import type { Router } from 'express';
import type { SagaFilter, SagaRows, SagaSearch, SagaViewRepository } from '@crossroads/store';
import type { AvailableCommands } from '../commands/commands.js';
import { signedIn } from '../login/signed-in.js';
import type { Position } from '../page/counts.js';
import type { Chrome } from '../page/layout.js';
import { send } from '../page/layout.js';
import type { ReadQueuePause } from '../queue/queue-status.js';
import { availableNames } from './actions.js';
import { readFilters, sagaFilterFor } from './filters.js';
import { ListPage } from './list.page.js';
import { extractId } from './saga-id.js';

const rowsPerPage = 50;

export interface ListPorts {
  view: Pick<SagaViewRepository, 'count' | 'counts' | 'list'>;
  search: SagaSearch;
  commands: AvailableCommands;
  paused: ReadQueuePause;
  chrome: Chrome;
}

export const listRoutes = ({ view, search, commands, paused, chrome }: ListPorts): Router => {
  const router = express.Router();

  router.get('/sagas', async (request, response) => {
    const filters = readFilters(request.query);
    const found = filters.q === undefined ? undefined : await search.find(extractId(filters.q));
    const singleResult = found && singleResultIn(found);
    if (singleResult) return response.redirect(303, singleResult);
    const filter = await sagaFilterFor(filters, search, found?.sagaIds);
    const { before, after } = filters;
    const [rows, counts, pause] = await Promise.all([view.list(filter, { limit: rowsPerPage, before, after }), view.counts(), paused()]);
    const position = await positionOf(rows, filter, (before ?? after) === undefined);
    send(response, <ListPage chrome={chrome} operator={signedIn(response)} filters={filters} counts={counts} rows={rows} position={position} hasMoreFound={found?.hasMore ?? false} pause={pause} bulkActions={availableNames(commands)} now={new Date()} />);
  });

  return router;

  /** Counts only what the rows do not show: a filter without a match would be searched twice. */
  async function positionOf({ sagas, next }: SagaRows, filter: SagaFilter, isFirstPage: boolean): Promise<Position> {
    const [first] = sagas;
    const newer = isFirstPage || !first ? 0 : await view.count(filter, first._id);
    return { shown: sagas.length, newer, total: next === undefined ? newer + sagas.length : await view.count(filter) };
  }
};

/** Returns the URL of the result if the search found one saga, or one order with any number of sagas. */
const singleResultIn = ({ sagaIds, orderIds }: Awaited<ReturnType<SagaSearch['find']>>): string | undefined => {
  if (sagaIds.length === 1) return `/sagas/${encodeURIComponent(sagaIds[0]!)}`;
  return orderIds.length === 1 ? `/orders/${orderIds[0]}` : undefined;
};
