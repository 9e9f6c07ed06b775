/** The data of a job, which runs one saga. Ids only, since job data is readable in Redis and on Bull Board. */
export interface JobData {
  saga_id: string;
  correlation_id: string;
  /** The saga's tenant; absent in a job of an earlier version. */
  tenant_id?: string;
}

/** The result of a finished job, as Bull Board shows it. */
export interface JobOutcome {
  outcome: string;
  status?: string;
}

/**
 * Returns the id of a job: one per saga, epoch and due time. So enqueueing twice for the same state of the saga adds one job.
 * BullMQ keeps finished jobs and silently adds nothing under a known id. If an id stood for two states, a job that ran too early would suppress all later ones.
 *
 * `again` makes another id for the same state, for when the first job does not run the saga and cannot be removed.
 */
export const jobId = (sagaId: string, epoch: number, due: Date, again?: number): string =>
  `saga-${sagaId}-e${epoch}${due.getTime() === 0 ? '' : `-${due.getTime().toString(36)}`}${again === undefined ? '' : `-r${again}`}`;
