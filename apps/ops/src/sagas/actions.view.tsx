import type { SagaDocument } from '@crossroads/store';
import type { Action } from './actions.js';
import type { Problem } from './problem.js';

interface ActionsProps {
  saga: SagaDocument;
  actions: readonly Action[];
  /** What came of the last try: its form stays open, with what was typed. */
  problem?: Problem | undefined;
}

/** Each action with its consequence in words. A refresh leaves what is being typed alone until the saga has moved on. */
export const Actions = ({ saga, actions, problem }: ActionsProps) =>
  actions.length === 0 ? null : (
    <section id={`actions-${saga.phase}-${saga.epoch}`} class="actions" aria-label="Actions" hx-morph-skip>
      {actions.map((action) => (
        <ActionForm key={action.name} saga={saga} action={action} problem={problem?.action === action.name ? problem : undefined} />
      ))}
    </section>
  );

const ActionForm = ({ saga, action: { name, label, consequence, dangerous }, problem }: { saga: SagaDocument; action: Action; problem: Problem | undefined }) => (
  <details class={dangerous ? 'action dangerous' : 'action'} open={problem !== undefined}>
    <summary class="button">{label}</summary>
    <form action={`/sagas/${encodeURIComponent(saga._id)}/${name}`} method="post">
      <p>{consequence}</p>
      <input type="hidden" name="expected_epoch" value={saga.epoch} />
      <label>
        Reason <input name="reason" required minlength={3} maxlength={500} autocomplete="off" value={problem?.reason} />
      </label>
      {problem?.mayForce && (
        <label class="check">
          <input type="checkbox" name="forced" value="true" /> Force it: put the snapshot in place of what the order has now. That is saved to the audit log first.
        </label>
      )}
      <button class={dangerous ? 'danger' : 'primary'}>{label}</button>
    </form>
  </details>
);
