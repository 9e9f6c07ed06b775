import express from 'express';
import type { Request, Router } from 'express';
import type { AuditRepository, BulkRepository, SagaSearch, SagaViewRepository } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { actionNames } from '../commands/audited.js';
import type { GivenCommands } from '../commands/commands.js';
import { PageError } from '../http/page-error.js';
import { operatorOf } from '../login/actor.js';
import { signedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { send, sendFragment } from '../page/send.js';
import type { BulkDetails } from './bulk.page.js';
import { BulkLive, BulkPage } from './bulk.page.js';
import type { BulkRunner } from './bulk-runner.js';
import { BulksPage } from './bulks.page.js';
import { ChoosePage } from './choose.page.js';
import type { Choice } from './chosen.js';
import { chosenBy, inWords, readChoice } from './chosen.js';

export interface BulkPorts {
  bulks: BulkRepository;
  runner: BulkRunner;
  audit: Pick<AuditRepository, 'note'>;
  view: Pick<SagaViewRepository, 'list'>;
  search: SagaSearch;
  commands: GivenCommands;
  chrome: Chrome;
}

const bulksShown = 50;
const itemsShown = 200;

const input = z.object({ reason: z.string().trim().min(3).max(500), counted: z.coerce.number().int().min(0) });

/** One action on many sagas: choose, look at the count, go, watch. */
export const bulkRoutes = (ports: BulkPorts): Router => {
  const { bulks, runner, audit, commands, chrome } = ports;
  const router = express.Router();
  const form = express.urlencoded({ extended: false, limit: '512kb', parameterLimit: 10_000 });

  router.get('/bulk', async (_request, response) => {
    send(response, <BulksPage chrome={chrome} operator={signedIn(response)} bulks={await bulks.list(bulksShown)} now={new Date()} />);
  });

  router.get('/bulk/new', async (request, response) => {
    operatorOf(request, response);
    const choice = choiceIn(request.query);
    send(response, <ChoosePage chrome={chrome} operator={signedIn(response)} choice={choice} chosen={await chosenBy(choice, ports)} now={new Date()} />);
  });

  router.post('/bulk', form, async (request, response) => {
    const actor = operatorOf(request, response);
    const choice = choiceIn(request.body);
    const chosen = await chosenBy(choice, ports);
    const read = input.safeParse(request.body);
    const grown = read.success && chosen.eligible.length > read.data.counted;
    if (!read.success || grown) {
      const problem = grown ? 'More sagas match than when you looked. Nothing was done; look at the count again.' : 'Say why, in a few words. Nothing was done.';
      return send(response, <ChoosePage chrome={chrome} operator={signedIn(response)} choice={choice} chosen={chosen} now={new Date()} problem={problem} />, grown ? 409 : 422);
    }
    const { reason } = read.data;
    const bulk = { _id: uuidv7(), action: choice.action, reason, by: actor.by, from: actor.from, scope: inWords(choice), runner: runner.name, created_at: new Date() };
    await audit.note({ ...actor, action: 'bulk', reason, detail: { bulk_id: bulk._id, action: actionNames[choice.action], sagas: chosen.eligible.length, scope: bulk.scope } }, { outcome: 'done' });
    await bulks.create(bulk, chosen.eligible);
    runner.start((await readSagaDetails(bulk._id)).bulk);
    response.redirect(303, `/bulk/${bulk._id}`);
  });

  router.get('/bulk/:id', async (request, response) => {
    send(response, <BulkPage chrome={chrome} operator={signedIn(response)} details={await readSagaDetails(request.params.id)} now={new Date()} />);
  });

  router.get('/bulk/:id/live', async (request, response) => {
    sendFragment(response, <BulkLive operator={signedIn(response)} details={await readSagaDetails(request.params.id)} now={new Date()} />);
  });

  for (const what of ['abort', 'continue'] as const) {
    router.post(`/bulk/:id/${what}`, async (request: Request, response) => {
      const actor = operatorOf(request, response);
      const { bulk } = await readSagaDetails(String(request.params['id']));
      const done = what === 'abort' ? await bulks.abort(bulk._id) : await runner.resume(bulk._id);
      await audit.note({ ...actor, action: `bulk ${what}`, reason: null, detail: { bulk_id: bulk._id } }, { outcome: done ? 'done' : 'rejected' });
      response.redirect(303, `/bulk/${bulk._id}`);
    });
  }

  return router;

  function choiceIn(given: unknown): Choice {
    const choice = readChoice(given, commands);
    if (!choice) throw new PageError(422, 'Nothing was chosen', 'Nothing was done. Go back to the list, tick some sagas and choose what to do with them.');
    return choice;
  }

  /** What went wrong first: nobody looks for it among thousands that went well. */
  async function readSagaDetails(id: string): Promise<BulkDetails> {
    const bulk = await bulks.find(id);
    if (!bulk) throw new PageError(404, 'There is no such bulk action', 'Perhaps the address was cut short. All of them are listed at /bulk.');
    const counts = await bulks.counts(id);
    const items = [];
    for (const outcome of ['failed', 'rejected', 'done', 'pending'] as const) {
      if (items.length < itemsShown && counts[outcome] > 0) items.push(...(await bulks.items(id, outcome, itemsShown - items.length)));
    }
    return { bulk, counts, items };
  }
};
