import { countedUpTo } from '@crossroads/store';

/** Returns `1 BOL`, `2 BOLs`, `1,000 BOLs`. */
export const plural = (count: number, noun: string): string => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

/** Returns a count of the store: `300`, or `1,000+` if counting stopped there. */
export const formatCount = (count: number): string => (count >= countedUpTo ? `${countedUpTo.toLocaleString('en')}+` : count.toLocaleString('en'));

/** The part of a list that a page shows. */
export interface Position {
  /** Rows on this page. */
  shown: number;
  /** Matching sagas before the first row; the store counts no further than `countedUpTo`. */
  newer: number;
  /** All matching sagas; the store counts no further than `countedUpTo`. */
  total: number;
}

/** Returns `51–100 of 300`, or `51–100 of 1,000+`. Where the count of the rows before the page has stopped, the numbers of its rows are unknown. */
export const formatPosition = ({ shown, newer, total }: Position): string => {
  if (newer >= countedUpTo) return `${shown} of ${formatCount(total)}, after the first ${countedUpTo.toLocaleString('en')}`;
  return `${(newer + 1).toLocaleString('en')}–${(newer + shown).toLocaleString('en')} of ${formatCount(total)}`;
};
