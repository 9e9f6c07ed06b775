/** The ports in memory, for tests and for the model. The same contract suites run on these and on the real stores. */
export { memoryAuditLog } from './memory-audit-log.js';
export type { MemoryClock } from './clock-and-random.js';
export { memoryClock, seeded } from './clock-and-random.js';
export type { MemoryDecisions } from './memory-decisions.js';
export { memoryDecisions } from './memory-decisions.js';
export { memoryDestination } from './memory-destination.js';
export { memoryJournal } from './memory-journal.js';
export type { MemoryOrders, OrderChange } from './memory-orders.js';
export { memoryOrders } from './memory-orders.js';
export type { JobEnd, MemoryJob } from './memory-queue.js';
export type { MemorySaga, MemorySagas } from './memory-sagas.js';
export { ClaimUnsure, memorySagas } from './memory-sagas.js';
export type { Reach } from './reach.js';
export type { ResetFixture } from './reset-fixture.js';
export { recoverRequestFor, resetRequestFor, resetFixture, silent } from './reset-fixture.js';
export type { Behavior, SampleStep } from './sample-saga.js';
export { sampleSaga } from './sample-saga.js';
