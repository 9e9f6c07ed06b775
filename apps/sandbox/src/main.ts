import { readConfigOrExit } from '@crossroads/platform';
import { banner } from './banner.js';
import { sandboxConfig } from './config.js';
import { handleShutdown } from './shutdown.js';
import { openSandbox } from './sandbox.js';
import { showReset } from './show-reset.js';

const config = readConfigOrExit(sandboxConfig, process);
const shutdown = handleShutdown(process);
try {
  const sandbox = await openSandbox({ config, print: console.log, signal: shutdown.signal, env: process.env });
  shutdown.addCleanup(() => sandbox.stop());
  await showReset(sandbox.info, console.log);
  await sandbox.show();
  console.log(banner(sandbox.info, config.SANDBOX_DATA));
} catch (error) {
  await shutdown.fail(error);
}
