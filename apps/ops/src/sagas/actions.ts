import { cancelableSteps } from '@crossroads/order-reset';
import type { Phase } from '@crossroads/saga';
import type { OrderReset, SagaDocument } from '@crossroads/store';
import type { AvailableCommands, CommandName } from '../commands/commands.js';
import type { SignedIn } from '../login/signed-in.js';

/** A command as a page offers it. */
export interface Action {
  name: CommandName;
  label: string;
  consequence: string;
  isDangerous?: boolean;
}

/** A rejected action, shown on the page of the saga. */
export interface ActionProblem {
  message: string;
  code?: string;
  action?: CommandName;
  /** The entered reason, so that the operator does not have to enter it again. */
  reason?: string;
  /** Whether the page has shown what `force` would replace. */
  mayForce?: boolean;
}

/** The fields of a saga that decide which actions are allowed. */
export type ActionState = Pick<SagaDocument, 'phase' | 'step' | 'type'>;

const rules: Record<CommandName, { isAllowed(state: ActionState): boolean; action: Omit<Action, 'name'> }> = {
  resume: {
    isAllowed: phaseIs('stopped'),
    action: { label: 'Resume', consequence: 'Continues at the failed step and counts its attempts from zero. Finished steps are not repeated.' },
  },
  runNow: {
    isAllowed: phaseIs('retrying', 'waiting'),
    action: { label: 'Retry now', consequence: 'Starts the next attempt at once.' },
  },
  recover: {
    isAllowed: ({ type, phase }) => type === 'reset_order' && phase === 'ended',
    action: { label: 'Recover', consequence: 'Starts a recovery that restores the BOLs, executed drops and progression that this reset cleared. The destination is not notified.' },
  },
  cancel: {
    isAllowed: ({ type, phase, step }) => type === 'reset_order' && phase !== 'ended' && phase !== 'stopped' && (step === undefined || cancelable.includes(step)),
    action: { label: 'Cancel', consequence: 'Stops the reset before anything is cleared, unlocks the order, and ends with status canceled.' },
  },
  terminate: {
    isAllowed: phaseIs('stopped', 'retrying', 'waiting', 'awaiting_approval'),
    action: {
      label: 'Terminate',
      consequence:
        'Ends the saga now with status error and without compensation, and unlocks the order. Cleared data stays cleared: press Recover after that to restore it. The destination may or may not have processed the reset.',
      isDangerous: true,
    },
  },
};

/** Returns whether the state of the saga allows the action. The command checks more when it runs. */
export const isAllowed = (name: CommandName, state: ActionState): boolean => rules[name].isAllowed(state);

export const actionFor = (name: CommandName): Action => ({ name, ...rules[name].action });

/** Returns the actions of the operator on a saga. Recover needs a reset that cleared data and did not restore it. */
export const actionsFor = ({ role }: SignedIn, commands: AvailableCommands, state: ActionState, reset: OrderReset | undefined): Action[] =>
  role !== 'operator' ? [] : availableNames(commands).flatMap((name) => (isAllowed(name, state) && (name !== 'recover' || isCleared(reset)) ? [actionFor(name)] : []));

/** Returns the available commands in the order of their buttons. */
export const availableNames = (commands: AvailableCommands): CommandName[] => (Object.keys(rules) as CommandName[]).filter((name) => commands[name] !== undefined);

const isCleared = (reset: OrderReset | undefined): boolean => reset?.cleared !== undefined && reset.restored_at === undefined;

const cancelable: readonly string[] = cancelableSteps;

function phaseIs(...phases: Phase[]): (state: ActionState) => boolean {
  return ({ phase }) => phases.includes(phase);
}
