/**
 * The way from a fake to its data. Each call is what one command to the real store is: it lands at one moment, and what it looks at and
 * compares with is what stands at that moment. A model puts its own in place, which fails, or lands a write when its sender has gone on.
 */
export interface Reach {
  read<T>(name: string, look: () => T): Promise<T>;
  write<T>(name: string, land: () => T): Promise<T>;
}

/** Lands at once, and never fails. */
export const atOnce: Reach = {
  read: async (_name, look) => look(),
  write: async (_name, land) => land(),
};
