/** Runs rounds while there is time for another as long as the longest so far; the first is run in any case. Answers the milliseconds left. */
export const inBudget = async (rounds: number, budgetMs: number, say: (line: string) => void, round: (number: number) => Promise<void>): Promise<number> => {
  const began = performance.now();
  let longest = 0;
  for (let number = 1; number <= rounds; number++) {
    const before = performance.now();
    if (number > 1 && before - began + longest > budgetMs) {
      say(`Only ${number - 1} of ${rounds} rounds: the machine is too busy for more in the time there is.`);
      break;
    }
    await round(number);
    longest = Math.max(longest, performance.now() - before);
  }
  return budgetMs - (performance.now() - began);
};
