/** Holds a call back until the test opens the gate, such as a write that is in transit when its worker dies. */
export interface Gate {
  /** Resolves when the first call has arrived. */
  reached: Promise<void>;
  open(): void;
  /** Resolves when the gate is open. */
  pass(): Promise<void>;
  /** Returns a function that passes the gate before it calls `fn`. */
  before<Args extends unknown[], Result>(fn: (...args: Args) => Promise<Result>): (...args: Args) => Promise<Result>;
}

export const createGate = (): Gate => {
  let arrive!: () => void;
  let open!: () => void;
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  const pass = (): Promise<void> => {
    arrive();
    return opened;
  };
  return {
    reached,
    open,
    pass,
    before:
      (fn) =>
      async (...args) => {
        await pass();
        return fn(...args);
      },
  };
};
