import express from 'express';
import type { Router } from 'express';
import type { SagaViewRepository } from '@crossroads/store';
import { signedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { send } from '../page/layout.js';
import type { ReadQueuePause } from '../queue/queue-status.js';
import { OverviewPage } from './overview.page.js';

/** Several sweeps run in this time, so a saga that is still due is not processed. */
const overdueAfterMs = 60_000;

const attentionShown = 10;

export interface OverviewPorts {
  view: Pick<SagaViewRepository, 'counts' | 'oldestInFlight' | 'overdue' | 'list'>;
  workers: () => Promise<number | undefined>;
  paused: ReadQueuePause;
  chrome: Chrome;
}

export const overviewRoutes = ({ view, workers, paused, chrome }: OverviewPorts): Router =>
  express.Router().get('/', async (_request, response) => {
    const now = new Date();
    const [counts, oldest, overdue, attention, connected, pause] = await Promise.all([
      view.counts(),
      view.oldestInFlight(),
      view.overdue(new Date(now.getTime() - overdueAfterMs)),
      view.list({ phases: ['stopped'] }, { limit: attentionShown }),
      workers(),
      paused(),
    ]);
    const overview = { counts, oldest, overdue, attention: attention.sagas, workers: connected, pause };
    send(response, <OverviewPage chrome={chrome} operator={signedIn(response)} overview={overview} now={now} />);
  });
