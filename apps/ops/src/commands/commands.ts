import type { OperatorRole } from '@crossroads/store';
import type { OperatorCode } from '../http/codes.js';

/** Who acts, and from where. */
export interface Actor {
  by: string;
  role: OperatorRole;
  /** The address the request came from. */
  from: string | null;
}

/** Who wants it, why, and which state of the saga they were looking at. */
export interface CommandInput extends Actor {
  reason: string;
  /** The epoch on the operator's screen. A saga that has moved on since is left alone. Whatever it is now when left out. */
  expectedEpoch?: number | undefined;
  /** Only a recovery can be: it then replaces what was delivered since the reset. */
  force?: boolean | undefined;
  /** The bulk it is a part of. */
  bulkId?: string | undefined;
}

/** `message` is a sentence for the operator; `madeSaga` a saga that does what was asked for. */
export type CommandResult = { ok: true; recoverySagaId?: string } | { ok: false; code: OperatorCode; message: string };

export type SagaCommand = (sagaId: string, input: CommandInput) => Promise<CommandResult>;

/** What an operator can do to a saga: the same functions behind the pages, Bull Board and the API. */
export interface SagaCommands {
  /** Goes on at the step that failed. */
  resume: SagaCommand;
  /** Puts back what the saga cleared. */
  recover: SagaCommand;
  /** Turns the saga round: what it did is undone. */
  cancel: SagaCommand;
  /** Stops without undoing anything. */
  terminate: SagaCommand;
  /** Makes the next attempt at once. */
  runNow: SagaCommand;
}

/** A command that is not given is not offered anywhere. */
export type GivenCommands = Partial<SagaCommands>;

export type CommandName = keyof SagaCommands;
