import { readFileSync } from 'node:fs';
import { runCli } from './run-cli.js';

const interrupt = new AbortController();
// Once: a second Ctrl-C ends the process as it always does.
process.once('SIGINT', () => interrupt.abort());

// Whoever reads only the first lines, such as `head`, has what he wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  terminal: Boolean(process.stdout.isTTY) && process.env['TERM'] !== 'dumb',
  readFile: (path) => readFileSync(path, 'utf8'),
  signal: interrupt.signal,
});
