/** What the rounds of one run came to. */
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

/** The value below which the given part of them lie; NaN of none. */
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

  /** Adds to no round: a figure measured once. */
  get spreads(): Record<string, Spread> {
    return Object.fromEntries([...this.#rounds].map(([name, values]) => [name, spreadOf(values)]));
  }
}
