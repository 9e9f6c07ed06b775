/** The saga whose bell the job is. */
export const sagaIdOfJob = (jobId: string): string | undefined => /^saga-(.+)-e\d+(?:-[0-9a-z]+){0,2}$/.exec(jobId)?.[1];
