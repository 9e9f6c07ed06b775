/** Extremes and median of one figure over all rounds. */
export interface Spread {
  min: number;
  median: number;
  max: number;
}

export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { min: sorted[0]!, median, max: sorted.at(-1)! };
};

/** Returns the value below which the given share of the values lies; NaN when there are none. */
export const quantile = (values: readonly number[], part: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
};

/** Figures by name, one value for each round. */
export class Figures {
  readonly #rounds = new Map<string, number[]>();

  add(figures: Record<string, number>): void {
    for (const [name, value] of Object.entries(figures)) this.#rounds.set(name, [...(this.#rounds.get(name) ?? []), value]);
  }

  /** Returns the spread of each figure. */
  get spreads(): Record<string, Spread> {
    return Object.fromEntries([...this.#rounds].map(([name, values]) => [name, spreadOf(values)]));
  }
}

/** Runs rounds until the remaining time is shorter than the longest round so far; always runs one. */
export const inBudget = async (rounds: number, budgetMs: number, print: (line: string) => void, round: (number: number) => Promise<void>): Promise<void> => {
  const began = performance.now();
  let longest = 0;
  for (let number = 1; number <= rounds; number++) {
    const before = performance.now();
    if (number > 1 && before - began + longest > budgetMs) {
      print(`Only ${number - 1} of ${rounds} rounds: on this busy machine the time budget allows no more.`);
      break;
    }
    await round(number);
    longest = Math.max(longest, performance.now() - before);
  }
};
