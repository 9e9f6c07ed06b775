type Nothing = undefined | null | false | 0 | '';

/** Polls `probe` every `everyMs` until its value is true, and returns the value. After `withinMs` it throws the probe's last error, or a timeout. */
export const eventually = async <T>(probe: () => T | Promise<T>, withinMs = 20_000, everyMs = 10): Promise<Exclude<T, Nothing>> => {
  const began = performance.now();
  let reason: unknown = new Error(`the condition was not true within ${withinMs} ms`);
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
