import { expect, test } from '@jest/globals';
import { calendarDate } from './calendar-date.js';

test.each([
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
])('%j is a date and begins at midnight in UTC', (text, start) => {
  expect(calendarDate(text).toISOString()).toBe(start);
});

test.each(['', '1', '2026', '2026-1-31', '2026-02-31', '2027-02-29', '2026-13-01', '2026-00-10', '31.01.2026', '2026-01-31T12:00:00Z', ' 2026-01-31', '+010000-01-01', 'yesterday'])('%j is no date', (text) => {
  expect(calendarDate(text).getTime()).toBeNaN();
});
