import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const top = join(__dirname, '../..');

/** Returns every module that a file imports, directly or through files of its own folder. */
const importsOf = (path: string, home: string, seen = new Set<string>()): string[] => {
  if (seen.has(path)) return [];
  seen.add(path);
  return [...readFileSync(path, 'utf8').matchAll(/^(?:import|export) .*?from '([^']+)';$/gm)].flatMap(([, name]) => {
    if (!name!.startsWith('.')) return [name!];
    const file = join(dirname(path), name!.replace(/\.js$/, '.ts'));
    return relative(home, file).startsWith('..') ? [`${name!} (outside of ${relative(top, home)})`] : importsOf(file, home, seen);
  });
};

const distinct = (names: string[]): string[] => [...new Set(names)].toSorted();

test('recover_order imports the public exports of the kernel and its own library only', () => {
  const home = join(top, 'libs/order-reset/src');
  expect(distinct(importsOf(join(home, 'recover-order.saga.ts'), home))).toEqual(['@crossroads/contract', '@crossroads/saga', 'zod']);
});

test('the saga type of the recipe imports the public exports of the two libraries only', () => {
  const files = readdirSync(__dirname).filter((name) => /\.(saga|step)\.ts$/.test(name));
  expect(files).toContain('restart-delivery.saga.ts');
  expect(distinct(files.flatMap((name) => importsOf(join(__dirname, name), __dirname)))).toEqual(['@crossroads/order-reset', '@crossroads/saga', 'zod']);
});
