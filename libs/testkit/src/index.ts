/** For tests only: worlds in memory, and waiting without sleeping. */
export { eventually } from './eventually.js';
export type { MemoryClock } from './memory-clock.js';
export { memoryClock } from './memory-clock.js';
export { memoryDestination } from './memory-destination.js';
export { memoryJournal } from './memory-journal.js';
export { memoryOrders } from './memory-orders.js';
export { memorySagas } from './memory-sagas.js';
export type { MemoryOrders } from './memory-orders.js';
export type { ResetWorld } from './reset-world.js';
export { resetRequestFor, resetWorld, silent } from './reset-world.js';
export type { DestinationsUnderTest } from './contracts/destinations.contract.js';
export { destinationsContract } from './contracts/destinations.contract.js';
export { entryOf, journalContract } from './contracts/journal.contract.js';
export type { OrdersUnderTest } from './contracts/orders.contract.js';
export { ordersContract } from './contracts/orders.contract.js';
export type { SagasUnderTest } from './contracts/sagas.contract.js';
export { sagasContract } from './contracts/sagas.contract.js';
