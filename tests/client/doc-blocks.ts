export interface Block {
  language: string;
  lines: string;
}

/** Returns the code blocks of a page, in order. */
export const blocksOf = (page: string): Block[] => [...page.matchAll(/^```(?<language>\w+)\n(?<lines>[^]*?)^```$/gm)].map(({ groups }) => groups as unknown as Block);
