import express from 'express';
import type { Router } from 'express';
import type { BullmqQueue } from '@crossroads/saga-bullmq';
import { jobId } from '@crossroads/saga-bullmq';
import type { SagaViewRepository } from '@crossroads/store';
import { boardPath } from '../board/permissions.js';
import { PageError } from '../http/page-error.js';

/** Epochs to search. A job keeps its epoch through all its retries, so the newest job may have a much older epoch than the saga. */
const maxEpochs = 50;

/** Redirects from a saga to its newest job on Bull Board. Throws PageError 404 when Redis has none. */
export const jobRoutes = ({ view, bullmqQueue }: { view: Pick<SagaViewRepository, 'saga'>; bullmqQueue: BullmqQueue }): Router => {
  const newestJob = async (sagaId: string, epoch: number): Promise<string | undefined> => {
    for (let each = epoch; each >= Math.max(0, epoch - maxEpochs); each--) {
      const id = jobId(sagaId, each, new Date(0));
      if (await bullmqQueue.getJob(id)) return id;
    }
    return undefined;
  };

  return express.Router().get('/sagas/:sagaId/job', async (request, response) => {
    const saga = await view.saga(request.params.sagaId);
    const id = saga && (await newestJob(saga._id, saga.epoch));
    if (id === undefined) {
      throw new PageError(404, 'Job not found', 'Redis has no job of this saga. Jobs only wake a saga and are deleted after a while. The page of the saga shows what happened: search for it in the box at the top.');
    }
    response.redirect(303, `${boardPath}/queue/${bullmqQueue.name}/${encodeURIComponent(id)}`);
  });
};
