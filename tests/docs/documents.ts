import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const top = join(__dirname, '../..');

export interface Fence {
  language: string;
  text: string;
}

/** A page for people, taken apart. */
export interface Document {
  /** From the top of the repository. */
  path: string;
  locks: Fence[];
  /** What stands between backticks in running text. */
  codes: string[];
  /** Targets of links and sources of pictures. */
  links: string[];
  /** Anchors of its headings, as GitHub makes them. */
  anchors: Set<string>;
}

const notOurs = new Set(['node_modules', 'dist', '.git', '.data', '.cache', 'coverage']);

/** Every file of the repository, as far as we wrote it. */
export const files = (folder = ''): string[] =>
  readdirSync(join(top, folder), { withFileTypes: true })
    .filter(({ name }) => !notOurs.has(name))
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]));

const lock = /^ *```(\w*)\n([\s\S]*?)^ *```$/gm;

const readDocument = (path: string): Document => {
  const whole = readFileSync(join(top, path), 'utf8');
  const prose = whole.replaceAll(lock, '');
  const withoutCode = prose.replaceAll(/`[^`\n]*`/g, 'code');
  return {
    path,
    locks: [...whole.matchAll(lock)].map(([, language, text]) => ({ language: language!, text: text! })),
    codes: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!),
    links: [...withoutCode.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(([, target, source]) => (target ?? source)!),
    anchors: new Set([...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!))),
  };
};

const anchorOf = (heading: string): string => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');

/** Every page of the repository. */
export const documents = (): Document[] => files().filter((path) => path.endsWith('.md')).toSorted().map(readDocument);

export const exists = (path: string): boolean => existsSync(join(top, path));
