import type { Response } from 'express';

interface Deadline {
  timer: NodeJS.Timeout;
  late(): void;
  at: number;
}

const deadlines = new WeakMap<Response, Deadline>();

/** Runs `late` unless the exchange is over within `ms`. */
export const startDeadline = (response: Response, ms: number, late: () => void): void => {
  deadlines.set(response, { timer: setTimeout(() => deadlines.get(response)?.late(), ms), late, at: performance.now() + ms });
  response.once('close', () => clearTimeout(deadlines.get(response)?.timer));
};

/** For an exchange that waits on purpose; what it does besides still has to fit the time it had. */
export const extendDeadline = (response: Response, byMs: number): void => {
  const deadline = deadlines.get(response);
  if (!deadline || response.closed) return;
  clearTimeout(deadline.timer);
  deadline.at += byMs;
  deadline.timer = setTimeout(() => deadline.late(), deadline.at - performance.now());
};

/** For an exchange that has got so far that another answer is owed once it is late. */
export const whenLate = (response: Response, late: () => void): void => {
  const deadline = deadlines.get(response);
  if (deadline) deadline.late = late;
};

/** For an exchange without an end, such as a stream. */
export const liftDeadline = (response: Response): void => clearTimeout(deadlines.get(response)?.timer);
