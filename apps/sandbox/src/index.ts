/** Stores, sample data and supervisor of the sandbox, for the tools. */
export { handleShutdown } from './shutdown.js';
export { freePorts } from './free-ports.js';
export { tradingPairOf, routingBetween } from './seed/companies.js';
export type { Secrets } from './seed/secrets.js';
export { secretsIn } from './seed/secrets.js';
export { seed, webhookSecretVariable } from './seed/seed.js';
export { intakeService, workerService } from './services.js';
export { mongodbService } from './stores/mongodb-service.js';
export { redisService } from './stores/redis-service.js';
export { makeSocketFolder } from './stores/socket-folder.js';
export type { Service } from './supervisor/child.js';
export { createSupervisor } from './supervisor/supervisor.js';
