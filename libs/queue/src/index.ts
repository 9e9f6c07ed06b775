/** Bells: BullMQ jobs that say a saga may be able to advance. The only importer of bullmq and ioredis. */
export type { Bell, BellOutcome } from './bell.js';
export { jobId } from './bell.js';
export type { Answered, BellWorker, BellWorkerOptions } from './bell-worker.js';
export { startBellWorker } from './bell-worker.js';
export type { BellDepth, Bells, Ring, SagaQueue } from './bells.js';
export { closeQueue, openBells, openQueue } from './bells.js';
export type { QueuePlace } from './queue-place.js';
export type { RateCounter } from './rate-counter.js';
export { openRateCounter } from './rate-counter.js';
