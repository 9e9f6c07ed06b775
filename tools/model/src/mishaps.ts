import type { ResetFixture } from '@crossroads/testkit/memory';
import type { Interleaving } from './interleaving.js';

/** Applies a random fault of the queue to a job. None may have an effect, since the sagas are the source of truth. */
export const mishaps = ({ queue, clock }: ResetFixture, play: Interleaving): void => {
  const { jobs } = queue;
  const what = play.below(7);
  if (what === 0) {
    jobs.clear();
    play.log('loses all jobs', 'queue');
    return;
  }
  const job = play.oneOf([...jobs.values()].filter(({ state }) => state === 'waiting' || state === 'delayed' || state === 'active'));
  if (!job) return;
  // The job's lock has expired although its worker may live. Another worker will take the job, too.
  if (what === 1 || what === 2) job.state = 'waiting';
  // A worker of another installation on the same Redis does not know the saga.
  else if (what === 3) job.state = 'completed';
  else if (what === 4) job.state = 'failed';
  else if (what === 5) jobs.delete(job.id);
  else Object.assign(job, { state: 'delayed', runAt: clock.now() + play.below(600_000) });
  play.log(`${job.id} ${['', 'stalls', 'stalls', 'is completed by another installation', 'fails permanently', 'is lost', 'is delayed'][what]}`, 'queue');
};
