import { StoreUnavailable } from '@crossroads/saga';
import type { NewSaga } from '@crossroads/store';
import type { Response } from 'express';
import { httpError } from './http-error.js';
import { replaceOnExpired } from './http/deadline.js';

/**
 * Runs the insert of a saga. An insert without a reply from MongoDB may have been made, so the error reply must not deny it.
 * The reply has the correlation id. A caller that sends the request again with this id gets the same reset.
 * Throws HttpError with 503 if the outcome is unknown.
 */
export const insertWithUnknownOutcome = async <T>(response: Response, { correlation_id }: Pick<NewSaga, 'correlation_id'>, insert: () => Promise<T>): Promise<T> => {
  replaceOnExpired(response, () => {
    const { headers, problem } = unknownOutcome(correlation_id);
    if (!response.headersSent) response.status(503).set(headers).json(problem.body);
  });
  try {
    return await insert();
  } catch (error) {
    throw error instanceof StoreUnavailable && error.sent ? unknownOutcome(correlation_id) : error;
  }
};

const unknownOutcome = (correlationId: string) =>
  httpError(
    503,
    `The database did not respond in time, so the reset may have been accepted or not. Send the request again with "X-Correlation-ID: ${correlationId}": this never creates a second reset.`,
    { 'Retry-After': '2', 'X-Correlation-ID': correlationId },
  );
