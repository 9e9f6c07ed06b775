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
