import { readConfig } from '@crossroads/runtime';
import { openStore, retentionRepository } from '@crossroads/store';
import { workerConfig } from './config.js';
import { RetentionError, runRetention } from './retention-command.js';

const { MONGODB_URI: uri } = readConfig(workerConfig.pick({ MONGODB_URI: true }), process.env);
const store = openStore({
  uri,
  operationTimeoutMs: 5_000,
  onConnectError: () => {
    console.error('MongoDB does not answer at MONGODB_URI.');
    process.exit(1);
  },
});
await store.connected;
try {
  console.log(await runRetention(process.argv.slice(2), retentionRepository(store)));
} catch (error) {
  if (!(error instanceof RetentionError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await store.close();
}
