import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

/**
 * Runs tracing in a separate process, because jest cannot load all parts of the exporter. Port 9 has no listener.
 * The interval keeps the process alive, as a server would. The exporter's timers do not.
 */
const runTracing = async (work: string): Promise<string[]> => {
  const script = `
    import { openTracing } from '@crossroads/platform';
    const alive = setInterval(() => {}, 1_000);
    let onWarning;
    const warning = new Promise((resolve) => (onWarning = resolve));
    const warn = (message) => { console.log(message); onWarning(); };
    const tracing = await openTracing({ endpoint: 'http://127.0.0.1:9', app: 'worker', log: { warn } });
    tracing.start('x', { kind: 'internal' }).end();
    ${work}
    console.log('ended');
    clearInterval(alive);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 40_000 });
  return stdout.trim().split('\n');
};

test('spans are lost with a log line if the collector is unavailable, and the process continues and can close', async () => {
  const lines = await Promise.all([runTracing('await warning;'), runTracing('await tracing.close();')]);
  const expected = ['could not export spans; they are lost', 'ended'];
  expect(lines).toEqual([expected, expected]);
}, 50_000);
