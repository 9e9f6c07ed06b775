/** What every main.ts needs: settings, a log, a server, an orderly end. */
export type { ConfigSchema } from './config.js';
export { ConfigError, readConfig, settings } from './config.js';
export type { HttpServer } from './http-server.js';
export { listen } from './http-server.js';
export type { Log, LogOptions } from './log.js';
export { createLog } from './log.js';
export { announced, pointsChannel } from './points.js';
export { probes } from './probes.js';
export type { ShutdownOptions, Signals } from './shutdown.js';
export { onShutdown } from './shutdown.js';
