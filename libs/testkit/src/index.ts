/** For tests only: ports in memory, contract suites, a MongoDB proxy, and polling. */
export { eventually } from './eventually.js';
export type { LocalServer, ReceivedRequest, RequestHandler } from './http/local-server.js';
export { closeServer, listen, startLocalServer } from './http/local-server.js';
export { createSelfSignedCertificate } from './http/self-signed-certificate.js';
export * from './memory/index.js';
export type { DestinationsUnderTest } from './contracts/destinations.contract.js';
export { destinationsContract } from './contracts/destinations.contract.js';
export { entryOf, journalContract } from './contracts/journal.contract.js';
export type { OrdersUnderTest } from './contracts/orders.contract.js';
export { ordersContract } from './contracts/orders.contract.js';
export { orderPairsContract, ordersInMemory } from './contracts/order-pairs.contract.js';
export type { SagaSeen, SagaStoreUnderTest } from './contracts/saga-pairs.contract.js';
export { sagaPairsContract } from './contracts/saga-pairs.contract.js';
export type { SagasUnderTest } from './contracts/sagas.contract.js';
export { sagasContract } from './contracts/sagas.contract.js';
export type { Held, Match, MongodbProxy, Operation, OperationMatch, ProxyOptions, Rule, RuleOptions, WireCommand } from './mongodb-proxy/index.js';
export { openMongodbProxy, writing } from './mongodb-proxy/index.js';
