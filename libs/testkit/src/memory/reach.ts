/**
 * The connection of a fake to its data. Each call is one command: it is applied at one moment and sees the data of that moment.
 * The model replaces it by one that fails, or that applies a write late.
 */
export interface Reach {
  read<T>(name: string, look: () => T): Promise<T>;
  write<T>(name: string, land: () => T): Promise<T>;
}

/** Applies every command immediately and never fails. */
export const immediate: Reach = {
  read: async (_name, look) => look(),
  write: async (_name, land) => land(),
};
