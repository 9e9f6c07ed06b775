import { StoreUnavailable } from '@crossroads/saga';
import type { OrderWriteReason } from '@crossroads/store';
import { OrderWriteRejected } from '@crossroads/store';
import type { Response } from 'express';
import { whenLate } from '../http/deadline.js';
import { httpError } from '../http-error.js';
import type { HttpError } from '../http-error.js';

/** Saves something of an order. Throws Refused: 4xx for what stays so however often it is sent, 503 with Retry-After for what passes. */
export const saveWithUnknownOutcome = async <T>(response: Response, save: () => Promise<T>): Promise<T> => {
  whenLate(response, () => {
    const { headers, problem } = notKnown();
    if (!response.headersSent) response.status(problem.status).set(headers).json(problem.body);
  });
  try {
    return await save();
  } catch (error) {
    if (error instanceof OrderWriteRejected) throw answers[error.reason]();
    // The write may have been made although its answer was lost.
    throw error instanceof StoreUnavailable && error.sent ? notKnown() : error;
  }
};

const notKnown = (): HttpError =>
  httpError(503, 'The database did not answer in time, so this may have been saved or not. Look at the order, and send it again if it is not there.', { 'Retry-After': '2' });

const answers: Record<OrderWriteReason, () => HttpError> = {
  full: () => httpError(422, 'The order is full: an order holds 16 MB at most. Nothing was saved. Correct or reset the order first.'),
  unfit: () => httpError(422, 'What is stored in the order is not in a shape this can be added to. Nothing was saved. Ask the operators to correct the order.'),
  gone: () => httpError(404, 'Order not found'),
  busy: () => httpError(503, 'Others keep changing the order at this moment, so nothing was saved. Try again after the seconds in Retry-After.', { 'Retry-After': '1' }),
};
