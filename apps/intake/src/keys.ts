import { readConfig, settings } from '@crossroads/runtime';
import { directoryRepository, openStore } from '@crossroads/store';
import { z } from 'zod';
import { runKeys } from './key-admin/command-line.js';
import { KeyError, keyCommands } from './key-admin/commands.js';

const { MONGODB_URI: uri } = readConfig(z.object({ MONGODB_URI: settings.mongodbUri }), process.env);
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
  console.log(await runKeys(process.argv.slice(2), keyCommands(directoryRepository(store))));
} catch (error) {
  if (!(error instanceof KeyError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await store.close();
}
