import { createAuthenticator, createTokens } from '@crossroads/identity';
import { openBells } from '@crossroads/queue';
import { createLog, listen, onShutdown, readConfig } from '@crossroads/runtime';
import { directoryRepository, intakeRepository, openStore } from '@crossroads/store';
import { intakeApp } from './app.js';
import { intakeConfig } from './config.js';

const config = readConfig(intakeConfig, process.env);
const log = createLog({ level: config.LOG_LEVEL, app: 'intake' });
const store = openStore({
  uri: config.MONGODB_URI,
  // Leaves time to answer 503 within the promised three seconds.
  operationTimeoutMs: 2_000,
  onConnectError: (error) => log.warn('MongoDB does not answer yet', { error }),
});
const bells = openBells(config.REDIS_URL, (error) => log.warn('Redis is away; sagas are accepted all the same', { error }));
const authenticator = createAuthenticator(directoryRepository(store), createTokens(config.TOKEN_SECRET));
const app = intakeApp({ authenticator, sagas: intakeRepository(store), bells, log, ping: () => store.ping() });
const server = await listen(app, config.INTAKE_PORT, config.HOST);

onShutdown({
  signals: process,
  log,
  deadlineMs: config.SHUTDOWN_DEADLINE_MS,
  steps: [() => server.close(), () => bells.close(), () => store.close()],
});
store.ready.catch((error: unknown) => {
  log.error('the store is not fit to be used', { error });
  process.exit(1);
});
log.info('intake listens', { url: server.url });
