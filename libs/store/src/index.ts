/** MongoDB, which holds the truth. The only importer of mongoose. */
export { collections } from './collections.js';
export { checkIndexes, makeIndexes } from './indexes.js';
export { auditLogRepository, journalRepository } from './journal.repository.js';
export type { LineRepository } from './line.repository.js';
export { lineRepository } from './line.repository.js';
export type { Store, StoreOptions } from './open-store.js';
export { openStore } from './open-store.js';
export { orderRepository } from './order.repository.js';
export type { SagaDocument, SagaFacts } from './saga-document.js';
export type { SagaRepository } from './saga.repository.js';
export { leaseMs, sagaRepository } from './saga.repository.js';
