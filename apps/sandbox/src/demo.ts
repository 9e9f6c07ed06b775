import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfigOrExit } from '@crossroads/platform';
import { sandboxConfig } from './config.js';
import { handleShutdown } from './shutdown.js';
import { freePorts } from './free-ports.js';
import { openSandbox } from './sandbox.js';
import { showReset } from './show-reset.js';

const [intake, ops, destination] = await freePorts(3);
const dataDir = await mkdtemp(join(tmpdir(), 'crossroads-demo-'));
const ownSettings = { INTAKE_PORT: String(intake), OPS_PORT: String(ops), DESTINATION_PORT: String(destination), SANDBOX_DATA: dataDir };
const config = readConfigOrExit(sandboxConfig, { env: { ...process.env, ...ownSettings }, stderr: process.stderr, exit: process.exit });
const shutdown = handleShutdown(process);
shutdown.addCleanup(() => rm(dataDir, { recursive: true, force: true }));
try {
  const sandbox = await openSandbox({ config, print: console.log, signal: shutdown.signal, env: process.env });
  shutdown.addCleanup(() => sandbox.stop());
  const { status } = await showReset(sandbox.info, console.log);
  await shutdown.exit(status === 'synced' ? 0 : 1);
} catch (error) {
  await shutdown.fail(error);
}
