/** Called with a server error that is neither a rejection nor labelled as temporary. */
export type OnUnknownError = (error: Error & { code?: unknown }) => void;

const listeners = new Set<OnUnknownError>();

/** Milliseconds between two reports of one code. Thousands of sagas may have the same error in one second. */
const reportEveryMs = 60_000;

/** Reports each code to the listener at most once a minute. Returns a function that ends the reports. */
export const onUnknown = (listener: OnUnknownError | undefined, now: () => number = () => performance.now()): (() => void) => {
  if (!listener) return () => {};
  const reportedAt = new Map<unknown, number>();
  const each: OnUnknownError = (error) => {
    if (now() - (reportedAt.get(error.code) ?? -Infinity) < reportEveryMs) return;
    reportedAt.set(error.code, now());
    listener(error);
  };
  listeners.add(each);
  return () => void listeners.delete(each);
};

/** Reports an error to all listeners. */
export const reportUnknown: OnUnknownError = (error) => {
  for (const listener of listeners) listener(error);
};
