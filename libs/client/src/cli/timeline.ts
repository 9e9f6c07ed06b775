import type { CrossroadsLogV2, ResetProgress } from '../wire.js';
import type { Tools } from './command.js';

/** Prints the progress of a reset: each log entry once, and the outcome at the end. */
export interface Timeline {
  show(progress: ResetProgress): void;
  end(progress: ResetProgress): void;
}

export const createTimeline = ({ print, printTemporary }: Pick<Tools, 'print' | 'printTemporary'>): Timeline => {
  const printed = new Set<string>();
  const show = (progress: ResetProgress): void => {
    for (const entry of progress.logs.filter(({ _id }) => !printed.has(_id))) {
      printed.add(entry._id);
      print(entryLine(entry));
    }
    if (!progress.done) printTemporary(`  … ${describeState(progress)}`);
  };
  return {
    show,
    end: (progress) => {
      show(progress);
      print(`  ${progress.status === 'synced' ? '✔' : progress.done ? '✘' : '…'} ${describeState(progress)}${durationOf(progress)}`);
      if (progress.done && progress.status !== 'synced' && progress.message) print(`    ${progress.message}`);
    },
  };
};

/** Returns the state of a reset in a few words. */
const describeState = ({ status, done, step, attempts, next_attempt_at, saga_id }: ResetProgress): string => {
  if (done) return step === null ? status : `${status}: stopped at ${step}; an operator can resume saga ${saga_id}`;
  const at = step === null ? '' : `, at ${step}`;
  const tried = attempts === 0 ? '' : `, ${attempts} failed attempt${attempts === 1 ? '' : 's'}`;
  const next = next_attempt_at === null ? '' : `, next at ${next_attempt_at.slice(11, 19)}`;
  return `${status}${at}${tried}${next}`;
};

const entryLine = ({ date, title, detail }: CrossroadsLogV2): string => `  ${date.slice(11, 23)}  ${title.padEnd(36)} ${detail.message}`;

const durationOf = ({ done, logs }: ResetProgress): string => {
  const [first, last] = [logs[0], logs.at(-1)];
  return done && first && last ? ` after ${Date.parse(last.date) - Date.parse(first.date)} ms` : '';
};
