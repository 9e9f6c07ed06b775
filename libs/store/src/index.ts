/** MongoDB, the source of truth. The only importer of mongoose. */

// The connection.
export { collections } from './mongodb/collections.js';
export { checkIndexes, makeIndexes } from './mongodb/indexes.js';
export { bytesOf } from './mongodb/document-too-large.js';
export { openStore, type Store } from './mongodb/open-store.js';
export { withStore } from './mongodb/with-store.js';

// Sagas: what is stored of one, and what accepts, runs and wakes them.
export { blockedCodes, inFlight, isBlocked, phases, storedSagaOf, type AcceptedSaga, type NewSaga, type SagaDocument, type SagaMetadata } from './sagas/saga-document.js';
export { intakeRepository, type IntakeRepository } from './sagas/intake.repository.js';
export { keyLastsMs, retentionRepository, type Retention, type RetentionRepository } from './sagas/retention.repository.js';
export { activeSagas, type ActiveSagas } from './sagas/active-sagas.repository.js';
export { leaseMs } from './sagas/saga-writes.js';
export { ClaimUnsure, sagaRepository, type SagaRepository } from './sagas/saga.repository.js';
export { orderQueueRepository, type OrderQueueRepository } from './sagas/order-queue.repository.js';
export { sweepRepository, type SweepPlace, type SweepRepository } from './sagas/sweep.repository.js';
export { recoveryRepository, type RecoveryRepository } from './sagas/recovery.repository.js';

// The journal of a saga, which is also its audit log.
export { entryId, toEntry } from './sagas/entry-document.js';
export { toLogEntries, type LogEntry } from './sagas/log-entry.js';
export { auditLogRepository, journalRepository } from './sagas/journal.repository.js';

// Decisions about a saga from outside the workers.
export { decisionRepository } from './sagas/decision.repository.js';
export { sagaCommandRepository, type SagaCommandRepository } from './sagas/saga-command.repository.js';

// Sagas as callers, operators and metrics see them.
export { sagaVersionOf, sagaVersionRepository, type SagaVersion, type SagaVersionRepository } from './sagas/saga-version.repository.js';
export { countedUpTo, sagaViewRepository, type SagaCounts, type SagaFilter, type SagaRow, type SagaRows, type SagaViewRepository } from './sagas/saga-view.repository.js';
export { maxHits, sagaSearch, type SagaSearch } from './sagas/saga-view-search.js';
export { maxResets, orderViewRepository, type OrderReset, type OrderResets, type OrderView, type OrderViewRepository } from './sagas/saga-view-order.js';
export { backlogRepository } from './sagas/backlog.repository.js';
export { waitCycles, type WaitCycles } from './sagas/wait-cycles.repository.js';

// Orders.
export { orderRepository } from './orders/order.repository.js';
export { orderReader, type OrderRecord } from './orders/order-reader.repository.js';
export { orderWriter, type OrderWriter, type Pair } from './orders/order-writer.repository.js';
export { OrderWriteRejected } from './orders/order-write-rejected.js';

// Tenants, and the destinations where they receive resets.
export { directoryRepository, type DirectoryRepository, type InstanceDocument, type KeyDocument, type KnownTenant, type TenantDocument } from './tenants/directory.repository.js';
export { destinationViewRepository, sagasCounted, type DestinationHealth, type DestinationView, type DestinationViewRepository } from './tenants/destination-view.repository.js';

// Operators: their accounts, sessions and keys, and what they did.
export { hashPassword, verifyPassword } from './operators/operator-password.js';
export { operatorRepository, type OperatorDocument, type OperatorRepository, type OperatorRole } from './operators/operator.repository.js';
export { operatorAccounts, type OperatorAccounts } from './operators/operator-accounts.repository.js';
export { sessionRepository, type SessionDocument, type SessionRepository } from './operators/session.repository.js';
export { isOperatorKey, newOperatorKey, parseOperatorKey } from './operators/operator-key.js';
export { operatorKeyRepository, type OperatorKeyDocument, type OperatorKeyRepository } from './operators/operator-key.repository.js';
export { auditMaintenance, type AuditMaintenance, type AuditVerification, type LineName } from './operators/audit-verification.js';
export { auditedCommands, type Audited } from './operators/administrator.js';
export { auditRepository, recordAction, type AuditDocument, type AuditFilter, type AuditRecord, type AuditRepository } from './operators/audit.repository.js';
export { bulkRepository, type BulkDocument, type BulkItem, type BulkRepository } from './operators/bulk.repository.js';
