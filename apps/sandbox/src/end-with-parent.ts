/** Preloaded into every app of the sandbox. When the sandbox is killed, the pipe to it closes and the app shuts down in order. */
process.stdin.once('close', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.resume();
process.stdin.unref();
