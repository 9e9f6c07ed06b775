/** The queue of sagas on BullMQ: enqueue, worker, tenant fairness, Redis connections. The only importer of bullmq and ioredis. */
export type { JobData, JobOutcome } from './saga-job.js';
export { jobId } from './saga-job.js';
export type { SagaWorker, SagaWorkerOptions } from './saga-worker.js';
export { startSagaWorker } from './saga-worker.js';
export type { QueueDepth, SagaQueue, EnqueueRequest, BullmqQueue } from './saga-queue.js';
export { closeQueue, enqueueOrLog, openSagaQueue, openQueue } from './saga-queue.js';
export type { QueueName } from './connection.js';
export type { NotifySaved, SagaSubscription, SubscriptionListener } from './saga-notifications.js';
export { NotificationsDenied, openSagaSubscription } from './saga-notifications.js';
export type { RateCounter } from './rate-counter.js';
export { openRateCounter } from './rate-counter.js';
export { isRedisUrl, redisUrlForms } from './redis-url.js';
