import { readFileSync } from 'node:fs';
import { runCli } from './run-cli.js';

const interrupt = new AbortController();
// Only once: a second Ctrl-C ends the process at once.
process.once('SIGINT', () => interrupt.abort());

// A reader such as `head` closes the pipe after the lines that it needs. This is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: Boolean(process.stdout.isTTY) && process.env['TERM'] !== 'dumb',
  readFile: (path) => readFileSync(path, 'utf8'),
  signal: interrupt.signal,
});
