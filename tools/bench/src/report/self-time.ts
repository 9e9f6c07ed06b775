import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aligned } from './table.js';

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

const shown = 40;

/** Where a file lies, in the words of its package. */
const place = (url: string): string => url.replace(/^.*node_modules\//, '').replace(/^file:\/\/.*?\/(apps|libs)\//, '$1/');

/** The functions in which the profiled processes of a folder spent their time themselves, and the packages; idle time left out. */
export const selfTimes = async (folder: string): Promise<string> => {
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  let all = 0;
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.cpuprofile')) continue;
    const { nodes, samples, timeDeltas } = JSON.parse(await readFile(join(folder, file), 'utf8')) as Profile;
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    samples.forEach((id, index) => {
      const { functionName, url, lineNumber } = frames.get(id)!;
      const spent = timeDeltas[index]!;
      if (functionName === '(idle)' || functionName === '(program)') return;
      all += spent;
      const where = place(url);
      const name = `${functionName || '(anonymous)'} ${where}:${lineNumber + 1}`;
      functions.set(name, (functions.get(name) ?? 0) + spent);
      const [first = '', second = ''] = (where || functionName).split('/');
      const owner = first.startsWith('@') || first === 'libs' || first === 'apps' ? `${first}/${second}` : first;
      packages.set(owner, (packages.get(owner) ?? 0) + spent);
    });
  }
  const top = (of: Map<string, number>, head: string): string => {
    const lines = [...of].sort(([, a], [, b]) => b - a).slice(0, shown);
    return aligned([[head, '% of busy time'], ...lines.map(([name, spent]) => [name, ((100 * spent) / all).toFixed(1)])]);
  };
  return `${top(packages, 'package')}\n\n${top(functions, 'function')}`;
};
