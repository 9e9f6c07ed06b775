/** The saga whose bell the job is. */
export const sagaIdOfJob = (jobId: string): string | undefined => /^saga-(.+)-e\d+$/.exec(jobId)?.[1];
