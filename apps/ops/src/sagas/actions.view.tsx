import type { SagaDocument } from '@crossroads/store';
import type { Action, ActionProblem } from './actions.js';

interface ActionsProps {
  saga: SagaDocument;
  actions: readonly Action[];
  /** The rejected action. Its form stays open and keeps the entered reason. */
  problem?: ActionProblem | undefined;
}

/** Shows a form for each action. The id changes with the saga's phase and epoch, so a refresh keeps the input until the saga changes. */
export const Actions = ({ saga, actions, problem }: ActionsProps) =>
  actions.length === 0 ? null : (
    <section id={`actions-${saga.phase}-${saga.epoch}`} class="actions" aria-label="Actions" hx-morph-skip>
      {actions.map((action) => (
        <ActionForm key={action.name} saga={saga} action={action} problem={problem?.action === action.name ? problem : undefined} />
      ))}
    </section>
  );

const ActionForm = ({ saga, action: { name, label, consequence, isDangerous }, problem }: { saga: SagaDocument; action: Action; problem: ActionProblem | undefined }) => (
  <details class={isDangerous ? 'action dangerous' : 'action'} open={problem !== undefined}>
    <summary class="button">{label}</summary>
    <form action={`/sagas/${encodeURIComponent(saga._id)}/${name}`} method="post">
      <p>{consequence}</p>
      <input type="hidden" name="expected_epoch" value={saga.epoch} />
      <label>
        Reason <input name="reason" required minlength={3} maxlength={500} autocomplete="off" value={problem?.reason} />
      </label>
      {problem?.mayForce && (
        <label class="check">
          <input type="checkbox" name="force" value="true" /> Force: replace the current values of the order with the snapshot. They are saved to the audit log first.
        </label>
      )}
      <button class={isDangerous ? 'danger' : 'primary'}>{label}</button>
    </form>
  </details>
);
