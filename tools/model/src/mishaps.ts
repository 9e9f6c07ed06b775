import type { ResetWorld } from '@crossroads/testkit/memory';
import type { Interleaving } from './interleaving.js';

/** Something a queue does to a job: none of it may matter, since what is true stands in the sagas. */
export const mishaps = ({ queue, clock }: ResetWorld, play: Interleaving): void => {
  const { jobs } = queue;
  const what = play.below(7);
  if (what === 0) {
    jobs.clear();
    play.say('loses all jobs', 'queue');
    return;
  }
  const job = play.oneOf([...jobs.values()].filter(({ state }) => state === 'waiting' || state === 'delayed' || state === 'active'));
  if (!job) return;
  // Its lock ran out, though its worker may live: another will take it as well.
  if (what === 1 || what === 2) job.state = 'waiting';
  // A worker of another installation on the same Redis has no such saga.
  else if (what === 3) job.state = 'completed';
  else if (what === 4) job.state = 'failed';
  else if (what === 5) jobs.delete(job.id);
  else Object.assign(job, { state: 'delayed', runAt: clock.now() + play.below(600_000) });
  play.say(`${job.id} ${['', 'stalls', 'stalls', 'is completed by a stranger', 'fails for good', 'is lost', 'is delayed'][what]}`, 'queue');
};
