import { StoreUnavailable } from '@crossroads/saga';
import type { NewSaga } from '@crossroads/store';
import type { Response } from 'express';
import { whenLate } from './http/deadline.js';
import { httpError } from './http-error.js';

/**
 * Stores something of a saga. An insert without an answer may have been made all the same, so nobody is told that it was not:
 * the reply names the saga, and whoever sends the request again under that name asks for the same one.
 */
export const insertWithUnknownOutcome = async <T>(response: Response, { correlation_id }: Pick<NewSaga, 'correlation_id'>, store: () => Promise<T>): Promise<T> => {
  whenLate(response, () => {
    const { headers, problem } = acceptedOrNot(correlation_id);
    if (!response.headersSent) response.status(503).set(headers).json(problem.body);
  });
  try {
    return await store();
  } catch (error) {
    throw error instanceof StoreUnavailable && error.sent ? acceptedOrNot(correlation_id) : error;
  }
};

const acceptedOrNot = (correlationId: string) =>
  httpError(
    503,
    `The database did not answer in time, so the reset may have been accepted or not. Send the request again with "X-Correlation-ID: ${correlationId}": then it is one reset either way.`,
    { 'Retry-After': '2', 'X-Correlation-ID': correlationId },
  );
