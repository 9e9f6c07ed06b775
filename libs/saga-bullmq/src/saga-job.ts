/** What a bell says: this saga may be able to advance. Ids only, since a job's data lies open in Redis and on Bull Board. */
export interface JobData {
  saga_id: string;
  correlation_id: string;
  /** Whose saga it is; absent in a job of an earlier version. */
  tenant_id?: string;
}

/** What Bull Board shows of a finished job. */
export interface JobOutcome {
  outcome: string;
  status?: string;
}

/**
 * One job per saga, epoch and due time: ringing twice for the same state of the saga is one bell. BullMQ keeps finished jobs and silently
 * adds nothing under a known id, so an id must never name two states: a bell answered too early would swallow all later ones.
 * `again` makes a further id for the same state, for where the job of the first id moves nothing and cannot be removed.
 */
export const jobId = (sagaId: string, epoch: number, due: Date, again?: number): string =>
  `saga-${sagaId}-e${epoch}${due.getTime() === 0 ? '' : `-${due.getTime().toString(36)}`}${again === undefined ? '' : `-r${again}`}`;
