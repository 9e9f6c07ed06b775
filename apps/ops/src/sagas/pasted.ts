import { sagaIdOfJob } from '../board/job-id.js';

/** What somebody meant who pasted a URL of ours, of Bull Board or of the intake, or a job's id: the id in it. */
export const sagaIdsIn = (pasted: string): string => {
  const text = pasted.trim();
  const name = /^https?:\/\//i.test(text) && URL.canParse(text) ? lastSegment(new URL(text)) : text;
  return sagaIdOfJob(name) ?? name;
};

const lastSegment = ({ pathname, searchParams }: URL): string => {
  const q = searchParams.get('q');
  if (q) return q;
  const segments = pathname.split('/').filter((segment) => segment !== '' && segment !== 'events' && segment !== 'live');
  return decoded(segments.at(-1) ?? '').replace(/\.json$/, '');
};

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};
