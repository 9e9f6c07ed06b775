/** All sagas share one queue; the braces keep its keys on one node of a Redis Cluster. */
export const queueName = 'sagas';
export const prefix = '{crossroads}';

/** What a bell says: this saga may be able to advance. Ids only, since a job's data lies open in Redis and on Bull Board. */
export interface Bell {
  saga_id: string;
  correlation_id: string;
}

/** What Bull Board shows of a finished job. */
export interface BellOutcome {
  outcome: string;
  status?: string;
}

/**
 * One job per saga and epoch: ringing twice for the same state of the saga is one bell,
 * and a job that BullMQ keeps from an earlier epoch cannot swallow a later bell.
 */
export const jobId = (sagaId: string, epoch: number): string => `saga-${sagaId}-e${epoch}`;
