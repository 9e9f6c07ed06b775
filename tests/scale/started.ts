interface Running {
  stop(): Promise<unknown>;
}

/** What a test file has started, to be stopped even when the next part does not start: a process that is left keeps jest from ending. */
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
