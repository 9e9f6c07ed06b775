/** Preloaded into the processes of the product. SIGUSR2 starts a CPU profile; the next SIGUSR2 writes it to `<BENCH_PROFILES>/<pid>.cpuprofile`. */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const session = new Session();
let isProfiling = false;

process.on('SIGUSR2', () => {
  isProfiling = !isProfiling;
  if (isProfiling) {
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.start');
    return;
  }
  session.post('Profiler.stop', (error, stopped) => {
    if (error) throw error;
    const file = join(process.env['BENCH_PROFILES']!, `${process.pid}.cpuprofile`);
    writeFileSync(`${file}.new`, JSON.stringify(stopped.profile));
    renameSync(`${file}.new`, file);
    session.disconnect();
  });
});
