/** The business: the saga types, their steps, and the ports they need. */
export type { Deliveries, LogSubject, Missing, Order, Party, Snapshot, SnapshotInfo } from './order.js';
export { snapshotInfo, NO_PROGRESS, routingOf } from './order.js';
export type { Decision } from './decisions.js';
export { acceptance, cancellation, rejection } from './decisions.js';
export type { AuditLog, BeginDispatch, BegunDispatch, DestinationReply, Destinations, DispatchPolicy, LockOwner, OrderQueue, Orders, OutboundRequest, ResetOrderPorts } from './ports.js';
export { recoverOrder, recoverOrderVersion } from './recover-order.saga.js';
export type { RecoverRequest } from './recover-request.js';
export { recoverRequest } from './recover-request.js';
export { cancelableSteps, resetOrder, resetOrderVersion } from './reset-order.saga.js';
export type { ResetRequest } from './reset-request.js';
export { concurrencyKeysOfOrder, concurrencyKeysOfRequest, resetRequest, subjectOf } from './reset-request.js';
export { clearDeliveriesStep, recoverOrderType, resetOrderType, sagaDefinitions, sagaTypes } from './saga-types.js';
export { dispatchResetStep, orderAfterRejection } from './steps/compensation.js';
export { recordedRequestOf } from './steps/dispatch-reset.step.js';
export { lockedOrders, termination } from './termination.js';
export { acquireLock, wakeNextAfterEnd } from './steps/order-lock.js';
