/** The business: what a reset is, step by step, and the ports it needs. */
export type { Deliveries, End, LogSubject, Missing, Order, Snapshot, SnapshotFacts } from './order.js';
export { factsOf, NO_PROGRESS, routingOf } from './order.js';
export type { AuditLog, DestinationReply, Destinations, DispatchTerms, Hold, Line, Orders, OutboundRequest, ResetOrderPorts } from './ports.js';
export { recoverOrder, recoverOrderVersion } from './recover-order.saga.js';
export type { RecoverRequest } from './recover-request.js';
export { recoverRequest } from './recover-request.js';
export { cancelableSteps, resetOrder, resetOrderVersion } from './reset-order.saga.js';
export type { ResetRequest } from './reset-request.js';
export { lineKeysOfOrder, lineKeysOfRequest, resetRequest, subjectOf } from './reset-request.js';
export { sagaTypes } from './saga-types.js';
export { orderAfterRefusal } from './steps/keeps-cleared.js';
export { giveBack, takeTurn } from './steps/turn-in-line.js';
