import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const top = join(__dirname, '../..');

export interface CodeBlock {
  language: string;
  text: string;
}

/** The parts of a Markdown page. */
export interface Document {
  /** Path from the root of the repository. */
  path: string;
  codeBlocks: CodeBlock[];
  /** Code spans in the text. */
  codes: string[];
  /** Targets of links and sources of images. */
  links: string[];
  /** Anchors of its headings, as GitHub creates them. */
  anchors: Set<string>;
}

const ignoredFolders = new Set(['node_modules', 'dist', '.git', '.data', '.cache', 'coverage']);

/** Returns every file of the repository without dependencies, build output and caches. */
export const files = (folder = ''): string[] =>
  readdirSync(join(top, folder), { withFileTypes: true })
    .filter(({ name }) => !ignoredFolders.has(name))
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]));

const codeBlock = /^ *```(\w*)\n([\s\S]*?)^ *```$/gm;

/** Returns the code blocks of a page, in order. */
export const codeBlocksIn = (page: string): CodeBlock[] => [...page.matchAll(codeBlock)].map(([, language, text]) => ({ language: language!, text: text! }));

const readDocument = (path: string): Document => {
  const whole = readFileSync(join(top, path), 'utf8');
  const prose = whole.replaceAll(codeBlock, '');
  const withoutCode = prose.replaceAll(/`[^`\n]*`/g, 'code');
  return {
    path,
    codeBlocks: codeBlocksIn(whole),
    codes: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!),
    links: [...withoutCode.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(([, target, source]) => (target ?? source)!),
    anchors: new Set([...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!))),
  };
};

const anchorOf = (heading: string): string => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');

/** Returns every Markdown page of the repository. */
export const documents = (): Document[] => files().filter((path) => path.endsWith('.md')).toSorted().map(readDocument);

export const exists = (path: string): boolean => existsSync(join(top, path));
