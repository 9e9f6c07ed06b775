import express from 'express';
import type { Router } from 'express';
import type { BullmqQueue } from '@crossroads/saga-bullmq';
import { jobId } from '@crossroads/saga-bullmq';
import type { SagaViewRepository } from '@crossroads/store';
import { boardPath } from '../board/board.js';
import { PageError } from '../http/page-error.js';

/** Epochs looked back. A job keeps the number of the claim it was rung for through all its retries, so the newest may be far behind. */
const mostEpochs = 50;

/** From a saga to its newest job on Bull Board, if Redis still keeps one. */
export const jobRoutes = ({ view, bullmqQueue }: { view: Pick<SagaViewRepository, 'saga'>; bullmqQueue: BullmqQueue }): Router => {
  const newestJob = async (sagaId: string, epoch: number): Promise<string | undefined> => {
    for (let each = epoch; each >= Math.max(0, epoch - mostEpochs); each--) {
      const id = jobId(sagaId, each, new Date(0));
      if (await bullmqQueue.getJob(id)) return id;
    }
    return undefined;
  };

  return express.Router().get('/sagas/:sagaId/job', async (request, response) => {
    const saga = await view.saga(request.params.sagaId);
    const id = saga && (await newestJob(saga._id, saga.epoch));
    if (id === undefined) {
      throw new PageError(404, 'No job of this saga is kept', 'Jobs only ring the bell, and Redis keeps them for a while. What happened is on the page of the saga; look for it with the box above.');
    }
    response.redirect(303, `${boardPath}/queue/${bullmqQueue.name}/${encodeURIComponent(id)}`);
  });
};
