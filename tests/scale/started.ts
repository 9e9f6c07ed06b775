interface Running {
  stop(): Promise<unknown>;
}

/** Keeps what a test file has started and stops it, even when a later part does not start. A remaining process would keep jest running. */
export const started = () => {
  const running: Running[] = [];
  return {
    keep<T extends Running>(one: T): T {
      running.push(one);
      return one;
    },
    async stopAll(): Promise<void> {
      for (const one of running.splice(0).toReversed()) await one.stop();
    },
  };
};
