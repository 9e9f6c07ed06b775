import type { CrossroadsLogV2, ResetProgress } from '../wire.js';
import type { Tools } from './command.js';

/** Shows a reset as it goes: each entry of its log once, and at the end what came of it. */
export interface Timeline {
  show(progress: ResetProgress): void;
  end(progress: ResetProgress): void;
}

export const createTimeline = ({ say, passing }: Pick<Tools, 'say' | 'passing'>): Timeline => {
  const seen = new Set<string>();
  const show = (progress: ResetProgress): void => {
    for (const entry of progress.logs.filter(({ _id }) => !seen.has(_id))) {
      seen.add(entry._id);
      say(entryLine(entry));
    }
    if (!progress.done) passing(`  … ${sagaVersion(progress)}`);
  };
  return {
    show,
    end: (progress) => {
      show(progress);
      say(`  ${progress.status === 'synced' ? '✔' : progress.done ? '✘' : '…'} ${sagaVersion(progress)}${tookOf(progress)}`);
      if (progress.done && progress.status !== 'synced' && progress.message) say(`    ${progress.message}`);
    },
  };
};

/** Where a reset stands, in a few words. */
export const sagaVersion = ({ status, done, step, attempts, next_attempt_at, saga_id }: ResetProgress): string => {
  if (done) return step === null ? status : `${status}: stopped at ${step}; an operator can resume saga ${saga_id}`;
  const at = step === null ? '' : `, at ${step}`;
  const tried = attempts === 0 ? '' : `, ${attempts} failed attempt${attempts === 1 ? '' : 's'}`;
  const next = next_attempt_at === null ? '' : `, next at ${next_attempt_at.slice(11, 19)}`;
  return `${status}${at}${tried}${next}`;
};

const entryLine = ({ date, title, detail }: CrossroadsLogV2): string => `  ${date.slice(11, 23)}  ${title.padEnd(36)} ${detail.message}`;

const tookOf = ({ done, logs }: ResetProgress): string => {
  const [first, last] = [logs[0], logs.at(-1)];
  return done && first && last ? ` after ${Date.parse(last.date) - Date.parse(first.date)} ms` : '';
};
