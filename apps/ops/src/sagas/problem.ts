import type { CommandName } from '../commands/commands.js';

/** Why an action came to nothing, to be shown on the page it was asked for. */
export interface Problem {
  message: string;
  code?: string;
  action?: CommandName;
  /** What was typed, so that it need not be typed again. */
  reason?: string;
  /** The difference has been shown, so force may be offered. */
  mayForce?: boolean;
}
