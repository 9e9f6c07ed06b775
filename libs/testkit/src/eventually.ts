type Nothing = undefined | null | false | 0 | '';

/** Waits until `probe` answers something true, looking every so many milliseconds; throws its last error, or says that it never came. */
export const eventually = async <T>(probe: () => T | Promise<T>, withinMs = 20_000, everyMs = 10): Promise<Exclude<T, Nothing>> => {
  const began = performance.now();
  let reason: unknown = new Error(`what was waited for did not come within ${withinMs} ms`);
  while (performance.now() - began < withinMs) {
    try {
      const value = await probe();
      if (value) return value as Exclude<T, Nothing>;
    } catch (error) {
      reason = error;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw reason;
};
