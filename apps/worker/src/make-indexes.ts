import { createLog, readConfigOrExit, settings } from '@crossroads/platform';
import { makeIndexes, openStore } from '@crossroads/store';
import { z } from 'zod';

const config = readConfigOrExit(z.object({ MONGODB_URI: settings.mongodbUri, LOG_LEVEL: settings.logLevel }), process);
const log = createLog({ level: config.LOG_LEVEL, app: 'indexes' });

/** A deployment waits for this step; one that never ends would hide a wrong URI for ever. */
const giveUpAfterMs = 60_000;
const begun = performance.now();

const store = openStore({
  uri: config.MONGODB_URI,
  // Building an index on a large collection takes long, and the socket is idle until it is done.
  operationTimeoutMs: 3_600_000,
  onConnectError: (error) => {
    log.warn('MongoDB is not reachable yet', { error });
    if (performance.now() - begun < giveUpAfterMs) return;
    log.error('MongoDB did not answer in time; nothing was made');
    process.exit(1);
  },
});

try {
  await store.connected;
  await makeIndexes(store.connection);
  log.info('every collection and index is in place', { database: store.connection.name });
} catch (error) {
  log.error('not every collection and index could be made', { database: store.connection.name, error });
  process.exitCode = 1;
} finally {
  await store.close();
}
