import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { alignedTable } from './report.js';

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

const shown = 30;

/** Returns the path of a file within its package. */
const place = (url: string): string => url.replace(/^.*node_modules\//, '').replace(/^file:\/\/.*?\/(apps|libs)\//, '$1/');

/** Returns the name of the table that a profile belongs to. Undefined for processes that are only written into the folder. */
const groupOf = (file: string): string | undefined => {
  const [, load, role] = /^(\w+)-round-\d+-(workers|intake)-\d+\.cpuprofile$/.exec(file) ?? [];
  if (load !== undefined) return `product, ${load.replace('_', ' ')}, ${role}`;
  return /^CPU\..*\.cpuprofile$/.test(file) ? 'drain, workers' : undefined;
};

/** Formats the self time of packages and functions from the CPU profiles in a folder, one table for each load and role. Idle time is left out. */
export const profileTables = async (folder: string): Promise<string> => {
  const groups = new Map<string, string[]>();
  for (const file of (await readdir(folder)).toSorted()) {
    const group = groupOf(file);
    if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), file]);
  }
  const tables = [...groups].map(async ([group, files]) => tableOf(group, await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8')) as Profile))));
  return (await Promise.all(tables)).join('\n\n');
};

const tableOf = (group: string, profiles: readonly Profile[]): string => {
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  let all = 0;
  for (const { nodes, samples, timeDeltas } of profiles) {
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    samples.forEach((id, index) => {
      const { functionName, url, lineNumber } = frames.get(id)!;
      const spent = timeDeltas[index]!;
      // `dispatch` is the inspector, which starts and ends the profile.
      if (functionName === '(idle)' || functionName === '(program)' || (functionName === 'dispatch' && url === '')) return;
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
    return alignedTable([[head, '% of busy time'], ...lines.map(([name, spent]) => [name, ((100 * spent) / all).toFixed(1)])]);
  };
  return `${group}: ${(all / 1_000).toFixed(0)} ms\n\n${top(packages, 'package')}\n\n${top(functions, 'function')}`;
};
