import express from 'express';
import type { Router } from 'express';
import type { SagaViewRepository } from '@crossroads/store';
import { signedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { send } from '../page/send.js';
import type { QueuePauseRead } from '../queue-pause/queue-pause.js';
import { LandingPage } from './landing.page.js';

/** A saga this late should have been rung by the sweeper several times. */
const overdueAfterMs = 60_000;

/** Enough to see what goes wrong without leaving the page. */
const attentionShown = 10;

export interface LandingPorts {
  view: Pick<SagaViewRepository, 'counts' | 'oldestInFlight' | 'overdue' | 'list'>;
  workers: () => Promise<number | undefined>;
  paused: QueuePauseRead;
  chrome: Chrome;
}

export const landingRoutes = ({ view, workers, paused, chrome }: LandingPorts): Router =>
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
    const landing = { counts, oldest, overdue, attention: attention.sagas, workers: connected, pause };
    send(response, <LandingPage chrome={chrome} operator={signedIn(response)} landing={landing} now={now} />);
  });
