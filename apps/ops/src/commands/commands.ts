import type { OperatorRole } from '@crossroads/store';
import type { OperatorCode } from '../http/codes.js';

/** The operator who acts, by which session or key, and from which address. */
export interface Actor {
  by: string;
  role: OperatorRole;
  /** `session:<start of its id>` or `key:<id>`. */
  credential: string;
  from: string | null;
}

export interface CommandInput extends Actor {
  reason: string;
  /** The epoch on the operator's screen. The command is rejected if the saga's epoch differs. Undefined accepts any epoch. */
  expectedEpoch?: number | undefined;
  /** For `recover` only: replaces BOLs, drops and progression that the order got after the reset. */
  force?: boolean | undefined;
  /** Id of the bulk action that runs this command. */
  bulkId?: string | undefined;
}

/** `message` is a sentence for the operator. `recoverySagaId` is the saga that `recover` created. */
export type CommandResult = { ok: true; recoverySagaId?: string } | { ok: false; code: OperatorCode; message: string };

export type SagaCommand = (sagaId: string, input: CommandInput) => Promise<CommandResult>;

/** The operator's commands. The pages, Bull Board and the API run the same functions. */
export interface SagaCommands {
  /** Continues a stopped saga at the step that failed. */
  resume: SagaCommand;
  /** Creates a saga that restores what a reset cleared. */
  recover: SagaCommand;
  /** Ends a reset before it clears anything. */
  cancel: SagaCommand;
  /** Ends a saga without compensation. */
  terminate: SagaCommand;
  /** Makes the next attempt due now. */
  runNow: SagaCommand;
}

/** A command that is left out is not offered on any page. */
export type AvailableCommands = Partial<SagaCommands>;

export type CommandName = keyof SagaCommands;
