/** Returns the saga id in the id of a BullMQ job. */
export const sagaIdOfJob = (jobId: string): string | undefined => /^saga-(.+)-e\d+(?:-[0-9a-z]+){0,2}$/.exec(jobId)?.[1];

/** Returns the id in a pasted URL of the pages, Bull Board or the intake, or in a job id. Other text is returned trimmed. */
export const extractId = (pasted: string): string => {
  const text = pasted.trim();
  const name = /^https?:\/\//i.test(text) && URL.canParse(text) ? lastSegment(new URL(text)) : text;
  return sagaIdOfJob(name) ?? name;
};

const lastSegment = ({ pathname, searchParams }: URL): string => {
  const q = searchParams.get('q');
  if (q) return q;
  const segments = pathname.split('/').filter((segment) => segment !== '' && segment !== 'events' && segment !== 'live');
  return decodeSegment(segments.at(-1) ?? '').replace(/\.json$/, '');
};

const decodeSegment = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};
