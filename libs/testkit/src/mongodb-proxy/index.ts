export type { MongodbProxy, ProxyOptions } from './mongodb-proxy.js';
export { openMongodbProxy } from './mongodb-proxy.js';
export type { Held, Match, OperationMatch, Rule, RuleOptions } from './rules.js';
export { writing } from './rules.js';
export type { Operation } from './wire-command.js';
export { WireCommand } from './wire-command.js';
