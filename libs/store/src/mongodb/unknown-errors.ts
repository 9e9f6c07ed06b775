/** Told of each error of the server that is neither a refusal nor labelled as passing. */
export type OnUnknownError = (error: Error & { code?: unknown }) => void;

const listeners = new Set<OnUnknownError>();

/** Milliseconds between two reports of one code: thousands of sagas may meet the same error in a second. */
const sayAgainMs = 60_000;

/** Reports each code to the listener at most once a minute, until the answer is called. */
export const onUnknown = (listener: OnUnknownError | undefined, now: () => number = () => performance.now()): (() => void) => {
  if (!listener) return () => {};
  const saidAt = new Map<unknown, number>();
  const each: OnUnknownError = (error) => {
    if (now() - (saidAt.get(error.code) ?? -Infinity) < sayAgainMs) return;
    saidAt.set(error.code, now());
    listener(error);
  };
  listeners.add(each);
  return () => void listeners.delete(each);
};

export const reportUnknown: OnUnknownError = (error) => {
  for (const listener of listeners) listener(error);
};
