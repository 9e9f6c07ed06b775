import { readFile } from 'node:fs/promises';

/** Collection and shard key of each `sh.shardCollection` in docs/scaling.md. */
export const sharded = async (): Promise<Map<string, Record<string, 1 | 'hashed'>>> => {
  const commands = (await readFile('docs/scaling.md', 'utf8')).matchAll(/sh\.shardCollection\('crossroads\.(?<collection>\w+)', \{ (?<key>[^}]+) \}\)/g);
  const keyOf = (text: string) => Object.fromEntries(text.split(', ').map((part) => part.split(': ').map((word) => word.replaceAll("'", '')))) as Record<string, 'hashed'>;
  return new Map([...commands].map(({ groups }) => [groups!['collection']!, keyOf(groups!['key']!)]));
};
