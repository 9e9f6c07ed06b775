/** Who wants it, why, and which state of the saga they were looking at. */
export interface CommandWish {
  by: string;
  reason: string;
  /** The epoch on the operator's screen. A saga that has moved on since is left alone. */
  expectedEpoch: number;
}

/** `message` is a sentence for the operator. */
export type CommandResult = { ok: true } | { ok: false; code: string; message: string };

export type SagaCommand = (sagaId: string, wish: CommandWish) => Promise<CommandResult>;

/** What an operator can do to a saga: the same functions behind the pages, Bull Board and the API. */
export interface SagaCommands {
  /** Goes on at the step that failed. */
  resume: SagaCommand;
  /** Puts back what the saga cleared. */
  recover: SagaCommand;
  /** Turns the saga round: what it did is undone. */
  cancel: SagaCommand;
  /** Stops without undoing anything. */
  abandon: SagaCommand;
  /** Makes the next attempt at once. */
  runNow: SagaCommand;
}

/** A command that is not given is not offered anywhere. */
export type GivenCommands = Partial<SagaCommands>;
