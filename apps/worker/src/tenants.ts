import { runTenants } from './tenant-admin/command-line.js';
import { runCommand } from './tenant-admin/run.js';

await runCommand(process, runTenants);
