/** Returns `1 BOL`, `2 BOLs`, `1,000 BOLs`. */
export const plural = (count: number, noun: string): string => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
