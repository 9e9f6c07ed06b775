import type { SagaDocument } from '@crossroads/store';
import type { Action } from './actions.js';

/** Each action with its consequence in words. A refresh leaves what is being typed alone until the saga has moved on. */
export const Actions = ({ saga, actions }: { saga: SagaDocument; actions: readonly Action[] }) =>
  actions.length === 0 ? null : (
    <section id={`actions-${saga.phase}-${saga.epoch}`} class="actions" aria-label="Actions" hx-morph-skip>
      {actions.map(({ name, label, consequence, dangerous }) => (
        <details key={name} class={dangerous ? 'action dangerous' : 'action'}>
          <summary class="button">{label}</summary>
          <form action={`/sagas/${encodeURIComponent(saga._id)}/${name}`} method="post">
            <p>{consequence}</p>
            <input type="hidden" name="expected_epoch" value={saga.epoch} />
            <label>
              Reason <input name="reason" required minlength={3} maxlength={500} autocomplete="off" />
            </label>
            <button class={dangerous ? 'danger' : 'primary'}>{label}</button>
          </form>
        </details>
      ))}
    </section>
  );
