import { readConfig, settings } from '@crossroads/runtime';
import { openStore, operatorKeyRepository, operatorRepository, operatorRoll } from '@crossroads/store';
import { z } from 'zod';
import { runOperators } from './operator-admin/command-line.js';
import { OperatorError, operatorCommands } from './operator-admin/commands.js';

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
  const commands = operatorCommands({ operators: operatorRepository(store), roll: operatorRoll(store), keys: operatorKeyRepository(store) });
  console.log(await runOperators(process.argv.slice(2), commands));
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await store.close();
}
