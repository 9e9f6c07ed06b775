/** The ports in memory, for tests and for the model. What the real stores do, these do too: one contract suite runs on both. */
export { memoryAuditLog } from './memory-audit-log.js';
export type { MemoryClock } from './memory-clock.js';
export { memoryClock } from './memory-clock.js';
export { memoryDestination } from './memory-destination.js';
export { memoryJournal } from './memory-journal.js';
export type { MemoryOrders, OrderChange } from './memory-orders.js';
export { memoryOrders } from './memory-orders.js';
export type { JobEnd, MemoryJob } from './memory-queue.js';
export type { MemorySaga, MemorySagas } from './memory-sagas.js';
export { ClaimUnsure, memorySagas } from './memory-sagas.js';
export type { Reach } from './reach.js';
export type { ResetWorld } from './reset-world.js';
export { recoverRequestFor, resetRequestFor, resetWorld, silent } from './reset-world.js';
export { seeded } from './seeded.js';
