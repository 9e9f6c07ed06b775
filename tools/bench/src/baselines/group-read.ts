interface Caller<Value> {
  resolve(value: Value | undefined): void;
  reject(error: unknown): void;
}

/** Reads that arrive while one is in flight leave together in the next: the store's own GroupRead, for queries it does not group. */
export const batchLoader = <Value>(load: (keys: string[]) => Promise<Map<string, Value>>): ((key: string) => Promise<Value | undefined>) => {
  let waiting = new Map<string, Caller<Value>[]>();
  let inFlightCount = false;

  const leave = async (): Promise<void> => {
    if (inFlightCount || waiting.size === 0) return;
    const group = waiting;
    waiting = new Map();
    inFlightCount = true;
    try {
      const found = await load([...group.keys()]);
      for (const [key, callers] of group) for (const { resolve } of callers) resolve(found.get(key));
    } catch (error) {
      for (const callers of group.values()) for (const { reject } of callers) reject(error);
    }
    inFlightCount = false;
    void leave();
  };

  return (key) =>
    new Promise((resolve, reject) => {
      const callers = waiting.get(key);
      if (callers) callers.push({ resolve, reject });
      else waiting.set(key, [{ resolve, reject }]);
      if (waiting.size === 1) setImmediate(() => void leave());
    });
};
