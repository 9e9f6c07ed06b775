/** A pseudorandom generator: the same seed gives the same draws. */
export interface Random {
  /** Returns a number from 0 to below 1. */
  next(): number;
  /** Returns an integer from 0 to below `count`. */
  below(count: number): number;
  pick<T>(among: readonly T[]): T;
  shuffled<T>(all: readonly T[]): T[];
}

/** Creates a Mulberry32 generator. Its 32 bits of state suffice for choosing faults. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    pick: (among) => among[below(among.length)]!,
    shuffled(all) {
      const rest = [...all];
      for (let last = rest.length - 1; last > 0; last--) {
        const other = below(last + 1);
        [rest[last], rest[other]] = [rest[other]!, rest[last]!];
      }
      return rest;
    },
  };
};
