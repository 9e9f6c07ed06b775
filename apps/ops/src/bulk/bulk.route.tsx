import express from 'express';
import type { Request, Router } from 'express';
import type { AuditRepository, BulkRepository, SagaSearch, SagaViewRepository } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { actionNames } from '../commands/with-audit.js';
import type { AvailableCommands } from '../commands/commands.js';
import { PageError } from '../http/page-error.js';
import { reasonProblem, reasonText } from '../http/read-input.js';
import { operatorOf } from '../login/actor.js';
import { signedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { send, sendFragment } from '../page/layout.js';
import { BulkHistoryPage } from './bulk-history.page.js';
import type { BulkRunner } from './bulk-runner.js';
import type { BulkSelection } from './bulk-selection.js';
import { describeScope, findSelected, readSelection } from './bulk-selection.js';
import type { BulkDetails } from './bulk.page.js';
import { BulkLive, BulkPage, followedSaga } from './bulk.page.js';
import { ConfirmPage } from './confirm.page.js';

export interface BulkPorts {
  bulks: BulkRepository;
  runner: BulkRunner;
  audit: Pick<AuditRepository, 'note'>;
  view: Pick<SagaViewRepository, 'list' | 'phasesOf'>;
  search: SagaSearch;
  commands: AvailableCommands;
  chrome: Chrome;
}

const bulksShown = 50;
const itemsShown = 200;

const input = z.object({ reason: reasonText, eligible: z.coerce.number().int().min(0) });

/** Routes of bulk actions: confirm, start, follow, abort and continue. */
export const bulkRoutes = (ports: BulkPorts): Router => {
  const { bulks, runner, audit, view, commands, chrome } = ports;
  const router = express.Router();
  const form = express.urlencoded({ extended: false, limit: '512kb', parameterLimit: 10_000 });

  router.get('/bulk', async (_request, response) => {
    send(response, <BulkHistoryPage chrome={chrome} operator={signedIn(response)} bulks={await bulks.list(bulksShown)} now={new Date()} />);
  });

  router.get('/bulk/new', async (request, response) => {
    operatorOf(request, response);
    const selection = selectionIn(request.query);
    send(response, <ConfirmPage chrome={chrome} operator={signedIn(response)} selection={selection} sagas={await findSelected(selection, ports)} now={new Date()} />);
  });

  router.post('/bulk', form, async (request, response) => {
    const actor = operatorOf(request, response);
    const selection = selectionIn(request.body);
    const sagas = await findSelected(selection, ports);
    const read = input.safeParse(request.body);
    const hasGrown = read.success && sagas.eligible.length > read.data.eligible;
    if (!read.success || hasGrown) {
      const problem = hasGrown
        ? 'More resets match than this page showed before. Nothing was changed. Check the new count and confirm again.'
        : reasonProblem;
      return send(response, <ConfirmPage chrome={chrome} operator={signedIn(response)} selection={selection} sagas={sagas} now={new Date()} problem={problem} />, hasGrown ? 409 : 422);
    }
    const { reason } = read.data;
    const bulk = { _id: uuidv7(), action: selection.action, reason, by: actor.by, credential: actor.credential, from: actor.from, scope: describeScope(selection), runner: runner.name, created_at: new Date() };
    await audit.note({ ...actor, action: 'bulk', reason, detail: { bulk_id: bulk._id, action: actionNames[selection.action], sagas: sagas.eligible.length, scope: bulk.scope } }, { outcome: 'done' });
    await bulks.create(bulk, sagas.eligible);
    runner.start((await readBulkDetails(bulk._id)).bulk);
    response.redirect(303, `/bulk/${bulk._id}`);
  });

  router.get('/bulk/:id', async (request, response) => {
    send(response, <BulkPage chrome={chrome} operator={signedIn(response)} details={await readBulkDetails(request.params.id)} now={new Date()} />);
  });

  router.get('/bulk/:id/live', async (request, response) => {
    sendFragment(response, <BulkLive operator={signedIn(response)} details={await readBulkDetails(request.params.id)} now={new Date()} />);
  });

  for (const action of ['abort', 'continue'] as const) {
    router.post(`/bulk/:id/${action}`, async (request: Request, response) => {
      const actor = operatorOf(request, response);
      const { bulk } = await readBulkDetails(String(request.params['id']));
      const isDone = action === 'abort' ? await bulks.abort(bulk._id) : await runner.resume(bulk._id);
      await audit.note({ ...actor, action: `bulk ${action}`, reason: null, detail: { bulk_id: bulk._id } }, { outcome: isDone ? 'done' : 'rejected' });
      response.redirect(303, `/bulk/${bulk._id}`);
    });
  }

  return router;

  function selectionIn(given: unknown): BulkSelection {
    const selection = readSelection(given, commands);
    if (!selection) throw new PageError(422, 'No action selected', 'Nothing was changed. Go back to the list, select resets and choose an action.');
    return selection;
  }

  /** Reads failed and rejected items first, so that they are visible among thousands. */
  async function readBulkDetails(id: string): Promise<BulkDetails> {
    const bulk = await bulks.find(id);
    if (!bulk) throw new PageError(404, 'Bulk action not found', 'Check the address: a part may be missing. /bulk lists all bulk actions.');
    const counts = await bulks.counts(id);
    const items = [];
    for (const outcome of ['failed', 'rejected', 'done', 'pending'] as const) {
      if (items.length < itemsShown && counts[outcome] > 0) items.push(...(await bulks.items(id, outcome, itemsShown - items.length)));
    }
    const done = counts.done === 0 ? [] : await bulks.items(id, 'done', bulk.total);
    return { bulk, counts, items, phases: await view.phasesOf(done.map(followedSaga)) };
  }
};
