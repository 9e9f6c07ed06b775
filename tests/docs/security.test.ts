import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { exists, top } from './documents.js';

const page = readFileSync(join(top, 'docs/security.md'), 'utf8');

/** Number of requirements of levels 1 and 2 in each section of ASVS 5.0. Their numbers have no gaps. Sections 3.1, 3.6 and 6.7 have none. */
const sections: Record<string, number> = {
  1.1: 2, 1.2: 9, 1.3: 11, 1.4: 3, 1.5: 2, 2.1: 3, 2.2: 3, 2.3: 4, 2.4: 1, 3.2: 2, 3.3: 4, 3.4: 6, 3.5: 5, 3.7: 2, 4.1: 3, 4.2: 1, 4.3: 2, 4.4: 4, 5.1: 1, 5.2: 3, 5.3: 2, 5.4: 3,
  6.1: 3, 6.2: 12, 6.3: 4, 6.4: 4, 6.5: 5, 6.6: 3, 6.8: 4, 7.1: 3, 7.2: 4, 7.3: 2, 7.4: 5, 7.5: 2, 7.6: 2, 8.1: 2, 8.2: 3, 8.3: 1, 8.4: 1, 9.1: 3, 9.2: 4,
  10.1: 2, 10.2: 2, 10.3: 4, 10.4: 11, 10.5: 5, 10.6: 2, 10.7: 3, 11.1: 2, 11.2: 3, 11.3: 3, 11.4: 4, 11.5: 1, 11.6: 1, 12.1: 3, 12.2: 2, 12.3: 4, 13.1: 1, 13.2: 5, 13.3: 2, 13.4: 5,
  14.1: 2, 14.2: 4, 14.3: 3, 15.1: 3, 15.2: 3, 15.3: 7, 16.1: 1, 16.2: 5, 16.3: 4, 16.4: 3, 16.5: 3, 17.1: 1, 17.2: 4, 17.3: 2,
};
const requirements = Object.entries(sections).flatMap(([section, count]) => Array.from({ length: count }, (_, index) => `${section}.${index + 1}`));

interface Row {
  ids: string[];
  holds: string;
  how: string;
}

/** Returns the ids of a cell such as `1.2.1–1.2.3, 1.2.9`. */
const idsIn = (cell: string): string[] =>
  cell.split(', ').flatMap((part) => {
    const [from, to = from] = part.split('–');
    const section = from!.slice(0, from!.lastIndexOf('.'));
    const [first, last] = [from, to].map((id) => Number(id!.slice(id!.lastIndexOf('.') + 1)));
    return Array.from({ length: last! - first! + 1 }, (_, index) => `${section}.${first! + index}`);
  });

const rows: Row[] = [...page.matchAll(/^\| (\d+\.\d+\.\d+[\d., –]*) \| ([^|]+) \| ([^|]+) \|/gm)].map(([, ids, holds, how]) => ({ ids: idsIn(ids!), holds: holds!, how: how! }));

test('the page has every requirement of ASVS 5.0 of levels 1 and 2 in exactly one row', () => {
  expect(requirements).toHaveLength(253);
  expect(rows.flatMap(({ ids }) => ids).sort()).toEqual([...requirements].sort());
});

test('each row holds, holds in part, does not hold, or does not apply, with an explanation', () => {
  expect(rows.filter(({ holds, how }) => !['yes', 'part', 'no', 'n/a'].includes(holds) || how.length < 10)).toEqual([]);
});

test('every test that the page names exists', () => {
  const named = [...page.matchAll(/`((?:apps|libs|tests)\/[\w./-]+)`/g)].map(([, path]) => path!);
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((path) => !exists(path))).toEqual([]);
});
