import { crashAtPoints } from './faults/crash-at-points.js';
import { faultyDestination } from './faults/destination.js';
import type { Fault } from './faults/fault.js';
import { killAllWorkers, killIntake, killWorkers } from './faults/kill-workers.js';
import { lostJobs, lostWrites, partition } from './faults/proxies.js';
import { killMongodb, pauseMongodb } from './faults/mongodb.js';
import { lateWrites, rejectedOperations, stepDowns, unlistedErrors, writeConcernErrors } from './faults/replica-set.js';
import { fillRedis, flushRedis, killRedis, pauseRedis, wipeRedis } from './faults/redis.js';
import { freeze, zombies } from './faults/zombies.js';

/** Longer than a lease: other workers have claimed the sagas when the stopped worker continues. */
const longerThanLeaseMs = 16_000;

/** One kind of fault after the other, with step-downs during many of them. Takes about `minutes`, including the time until all sagas finish. */
export const fullPlan = (minutes: number): (Fault | Fault[])[] => {
  const scale = Math.max(0.2, (minutes * 60 - 45) / 255);
  const ms = (full: number): number => Math.round(full * scale);
  return [
    crashAtPoints(Math.max(1, Math.round(2 * scale)), ms(90_000)),
    [zombies(2, longerThanLeaseMs), stepDowns(3, 4_000)],
    [flushRedis(2), stepDowns(1, 0), rejectedOperations(3_000)],
    lostWrites(Math.max(1, Math.round(2 * scale))),
    lostJobs(3),
    lateWrites(['lock', 'clear', 'clear to the log', 'progression'], 1_000),
    partition('workersToMongodb', 5_000),
    partition('workersToRedis', 5_000),
    partition('intakeToMongodb', 4_000),
    [killIntake(Math.max(1, Math.round(3 * scale))), stepDowns(2, 1_000)],
    killMongodb(2, 1_000),
    [wipeRedis(2_000, 300), stepDowns(1, 0)],
    pauseRedis(4_000),
    fillRedis(3_000),
    killRedis(2_000),
    pauseMongodb(4_000),
    [faultyDestination(ms(10_000)), stepDowns(2, 3_000)],
    // Alone: while clears are delayed, no saga reaches the failpoints of another fault.
    lateWrites(['clear', 'progression'], longerThanLeaseMs),
    [writeConcernErrors(ms(4_000)), stepDowns(1, 0)],
    // After every fault that empties Redis: an empty Redis makes the sweep enqueue all sagas again and would hide a lost job.
    unlistedErrors(12_000),
    killAllWorkers(4_000),
    [freeze(longerThanLeaseMs), stepDowns(3, 3_000)],
    killWorkers(ms(50_000), 1_000),
  ];
};

/** The faults of `npm test`: some of each kind that does not have to wait for a lease. */
export const shortPlan = (): (Fault | Fault[])[] => [
  crashAtPoints(1, 40_000, ['P1', 'P6', 'P9', 'P13', 'P15']),
  lostWrites(1, ['clear', 'save state']),
  [flushRedis(1), stepDowns(2, 500)],
  lateWrites(['clear', 'clear to the log'], 1_000),
  rejectedOperations(1_000),
  writeConcernErrors(1_500),
  killMongodb(1, 200),
];
