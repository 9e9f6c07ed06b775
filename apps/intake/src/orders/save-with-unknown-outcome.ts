import { orderLimits } from '@crossroads/contract';
import { StoreUnavailable } from '@crossroads/saga';
import { OrderWriteRejected } from '@crossroads/store';
import type { Response } from 'express';
import { replaceOnExpired } from '../http/deadline.js';
import { httpError } from '../http-error.js';
import type { HttpError } from '../http-error.js';

/** Runs a write of an order. Throws HttpError: 4xx for a permanent error, 503 with Retry-After for a temporary one. */
export const saveWithUnknownOutcome = async <T>(response: Response, save: () => Promise<T>): Promise<T> => {
  replaceOnExpired(response, () => {
    const { headers, problem } = unknownOutcome();
    if (!response.headersSent) response.status(problem.status).set(headers).json(problem.body);
  });
  try {
    return await save();
  } catch (error) {
    if (error instanceof OrderWriteRejected) throw httpErrors[error.reason]();
    // MongoDB may have made the write although its reply was lost.
    throw error instanceof StoreUnavailable && error.sent ? unknownOutcome() : error;
  }
};

const unknownOutcome = (): HttpError =>
  httpError(503, 'The database did not respond in time, so the change may have been saved or not. Read the order, and send the request again if the change is missing.', { 'Retry-After': '2' });

const httpErrors: Record<OrderWriteRejected['reason'], () => HttpError> = {
  full: () => httpError(422, `The order would be larger than ${orderLimits.bytes / 1024} kB, the maximum. Nothing was saved. Send less data, or reset the order first.`, {}, 'order.full'),
  bols: () => httpError(422, `The order has ${orderLimits.bols} BOLs, the maximum. Nothing was saved. Replace one of them by its number and terminal, or reset the order first.`, {}, 'order.too_many_bols'),
  drops: () => httpError(422, `The order has ${orderLimits.executedDrops} executed drops, the maximum. Nothing was saved. Replace the drops of a site, or reset the order first.`, {}, 'order.too_many_drops'),
  unfit: () => httpError(422, 'The stored order is malformed, so the change cannot be added. Nothing was saved. Ask the operators to correct the order.'),
  gone: () => httpError(404, 'Order not found'),
  busy: () => httpError(503, 'Other requests kept changing the order, so nothing was saved. Send the request again after the seconds in Retry-After.', { 'Retry-After': '1' }),
};
