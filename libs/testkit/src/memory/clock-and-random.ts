/** A clock that the test advances. Milliseconds. */
export interface MemoryClock {
  now(): number;
  pass(ms: number): void;
}

export const memoryClock = (start = 1_000_000): MemoryClock => {
  let time = start;
  return {
    now: () => time,
    pass: (ms) => {
      time += ms;
    },
  };
};

/** Creates a generator of numbers from 0 to 1 that depend only on the seed (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
