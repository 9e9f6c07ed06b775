import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

/**
 * In a process of its own, since the exporter loads parts of itself in a way that jest does not know. Nobody listens on port 9.
 * The interval does what servers do: the exporter's timers keep no process alive.
 */
const inProcess = async (work: string): Promise<string[]> => {
  const script = `
    import { openTracing } from '@crossroads/platform';
    const alive = setInterval(() => {}, 1_000);
    let told;
    const line = new Promise((resolve) => (told = resolve));
    const warn = (message) => { console.log(message); told(); };
    const tracing = await openTracing({ endpoint: 'http://127.0.0.1:9', app: 'worker', log: { warn } });
    tracing.start('x', { kind: 'internal' }).end();
    ${work}
    console.log('ended');
    clearInterval(alive);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 40_000 });
  return stdout.trim().split('\n');
};

test('spans that nobody takes are lost with a line in the log; the process works on, and ends when it is told to', async () => {
  const said = await Promise.all([inProcess('await line;'), inProcess('await tracing.close();')]);
  expect(said).toEqual([['spans could not be sent', 'ended'], ['spans could not be sent', 'ended']]);
}, 50_000);
