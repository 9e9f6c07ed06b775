import { cancelableSteps } from '@crossroads/order-reset';
import type { Phase } from '@crossroads/saga';
import type { OrderReset, SagaDocument } from '@crossroads/store';
import type { CommandName, GivenCommands } from '../commands/commands.js';
import type { SignedIn } from '../login/signed-in.js';

/** Something an operator may do to a saga as it stands, and what will come of it. */
export interface Action {
  name: CommandName;
  label: string;
  consequence: string;
  dangerous?: boolean;
}

/** A saga as far as it decides what may be done to it. */
export type Stand = Pick<SagaDocument, 'phase' | 'step' | 'type'>;

const legal: Record<CommandName, { when(stand: Stand): boolean; action: Omit<Action, 'name'> }> = {
  resume: {
    when: phaseIs('stopped'),
    action: { label: 'Resume', consequence: 'Goes on at the step that failed, with its attempts counted anew. Steps that are done stay done.' },
  },
  runNow: {
    when: phaseIs('retrying', 'waiting'),
    action: { label: 'Run the next attempt now', consequence: 'The attempt that is planned for later is made at once.' },
  },
  recover: {
    when: ({ type, phase }) => type === 'reset_order' && phase === 'ended',
    action: { label: 'Recover', consequence: 'A saga of its own puts back the BOLs, executed drops and progression that this one cleared. The destination is not told.' },
  },
  cancel: {
    when: ({ type, phase, step }) => type === 'reset_order' && phase !== 'ended' && phase !== 'stopped' && (step === undefined || cancelable.includes(step)),
    action: { label: 'Cancel', consequence: 'The saga turns round before it clears anything, gives its order back and ends as canceled.' },
  },
  terminate: {
    when: phaseIs('stopped', 'retrying', 'waiting', 'awaiting_approval'),
    action: {
      label: 'Abandon',
      consequence: 'The saga ends as it stands, with status error. Nothing is undone, and what it cleared stays cleared; Recover is offered afterwards. The destination may have taken the reset or not.',
      dangerous: true,
    },
  },
};

/** Whether the state of the saga allows it; the command itself looks closer. */
export const isLegal = (name: CommandName, stand: Stand): boolean => legal[name].when(stand);

export const actionLabel = (name: CommandName): Action => ({ name, ...legal[name].action });

/** What may be done to a saga whose effect on its order is known too. */
export const actionsFor = ({ role }: SignedIn, commands: GivenCommands, stand: Stand, reset: OrderReset | undefined): Action[] =>
  role !== 'operator' ? [] : givenNames(commands).flatMap((name) => (isLegal(name, stand) && (name !== 'recover' || isCleared(reset)) ? [actionLabel(name)] : []));

/** In the order they are offered in. */
export const givenNames = (commands: GivenCommands): CommandName[] => (Object.keys(legal) as CommandName[]).filter((name) => commands[name] !== undefined);

const isCleared = (reset: OrderReset | undefined): boolean => reset?.cleared !== undefined && reset.restored_at === undefined;

const cancelable: readonly string[] = cancelableSteps;

function phaseIs(...phases: Phase[]): (stand: Stand) => boolean {
  return ({ phase }) => phases.includes(phase);
}
