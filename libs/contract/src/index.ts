/** The wire: what a caller may send and will get. */
export type { CrossroadsLogV2, LogMetadata, Routing } from './crossroads-log.js';
export { crossroadsLog, routing } from './crossroads-log.js';
export type { IntegrationStatus } from './integration-status.js';
export { integrationStatus } from './integration-status.js';
export type { ResetProgress, ResetReply } from './reset-reply.js';
export { resetProgress, resetReply } from './reset-reply.js';
export type { OrderRequest } from './request/order-request.js';
export type { HttpProblem, Read, ValidationDetail } from './request/problem.js';
export { readResetRequest } from './request/read-reset-request.js';
export type { TenantHeaders } from './request/headers.js';
