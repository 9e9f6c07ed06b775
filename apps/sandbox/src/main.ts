import { readConfig } from '@crossroads/platform';
import { banner } from './banner.js';
import { sandboxConfig } from './config.js';
import { endOn } from './end-on.js';
import { openSandbox } from './sandbox.js';
import { showReset } from './show-reset.js';

const config = readConfig(sandboxConfig, process.env);
const ending = endOn(process);
try {
  const sandbox = await openSandbox({ config, say: console.log, signal: ending.signal, env: process.env });
  ending.atLast(() => sandbox.stop());
  await showReset(sandbox, console.log);
  await sandbox.show();
  console.log(banner(sandbox.face, config.SANDBOX_DATA));
} catch (error) {
  await ending.failed(error);
}
