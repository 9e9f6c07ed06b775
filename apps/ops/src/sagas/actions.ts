import { cancelableSteps } from '@crossroads/order-reset';
import type { Phase } from '@crossroads/saga';
import type { OrderReset, SagaDocument } from '@crossroads/store';
import type { GivenCommands, SagaCommands } from '../commands.js';
import type { SignedIn } from '../login/signed-in.js';

/** Something an operator may do to a saga as it stands, and what will come of it. */
export interface Action {
  name: keyof SagaCommands;
  label: string;
  consequence: string;
  dangerous?: boolean;
}

type Stand = Pick<SagaDocument, 'phase' | 'step'> & { reset: OrderReset | undefined };

const legal: Record<keyof SagaCommands, { when(stand: Stand): boolean; action: Omit<Action, 'name'> }> = {
  resume: {
    when: phaseIs('stopped'),
    action: { label: 'Resume', consequence: 'Goes on at the step that failed, with its attempts counted anew. Steps that are done stay done.' },
  },
  runNow: {
    when: phaseIs('retrying', 'waiting'),
    action: { label: 'Run the next attempt now', consequence: 'The attempt that is planned for later is made at once.' },
  },
  recover: {
    when: ({ phase, reset }) => phase === 'ended' && reset?.cleared !== undefined && reset.restored_at === undefined,
    action: { label: 'Recover', consequence: 'Puts back the BOLs and executed drops that this saga cleared. The destination is not told.' },
  },
  cancel: {
    when: ({ phase, step }) => phase !== 'ended' && (step === undefined || cancelable.includes(step)),
    action: { label: 'Cancel', consequence: 'The saga turns round: what it did is undone, and it ends as canceled.' },
  },
  abandon: {
    when: phaseIs('stopped'),
    action: { label: 'Abandon', consequence: 'The saga ends as it stands. Nothing is undone, and what it cleared stays cleared.', dangerous: true },
  },
};

export const actionsFor = ({ role }: SignedIn, commands: GivenCommands, stand: Stand): Action[] =>
  role !== 'operator' ? [] : namesOf(commands).flatMap((name) => (legal[name].when(stand) ? [{ name, ...legal[name].action }] : []));

const cancelable: readonly string[] = cancelableSteps;

const namesOf = (commands: GivenCommands): (keyof SagaCommands)[] =>
  (Object.keys(legal) as (keyof SagaCommands)[]).filter((name) => commands[name] !== undefined);

function phaseIs(...phases: Phase[]): (stand: Stand) => boolean {
  return ({ phase }) => phases.includes(phase);
}
