import type { SagaRow } from '@crossroads/store';
import type { SignedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { actionFor } from '../sagas/actions.js';
import { SagaTable } from '../sagas/saga-table.js';
import type { BulkSelection, SelectedSagas } from './bulk-selection.js';
import { describeScope } from './bulk-selection.js';

interface ConfirmPageProps {
  chrome: Chrome;
  operator: SignedIn;
  selection: BulkSelection;
  sagas: SelectedSagas;
  now: Date;
  problem?: string | undefined;
}

/** Rows shown of the eligible and of the skipped sagas. */
const maxRows = 10;

/** Shows which sagas a bulk action would change, before it starts. */
export const ConfirmPage = ({ chrome, operator, selection, sagas: { eligible, ineligible, hasMore }, now, problem }: ConfirmPageProps) => {
  const { label, consequence, isDangerous } = actionFor(selection.action);
  return (
    <Layout chrome={chrome} title={`${label}: ${eligible.length} resets`} operator={operator}>
      <h1>
        {label}: {eligible.length.toLocaleString('en')} of {(eligible.length + ineligible.length).toLocaleString('en')} resets
      </h1>
      <p>Scope: {describeScope(selection)}.</p>
      {hasMore && (
        <p class="warning">
          More resets match. This bulk action includes {(eligible.length + ineligible.length).toLocaleString('en')} of them. Repeat it for the remaining resets.
        </p>
      )}
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {eligible.length === 0 ? (
        <p class="empty">No eligible resets found: the action is not allowed in their current state.</p>
      ) : (
        <form class="card confirm" action="/bulk" method="post">
          <p>Effect on each reset: {consequence}</p>
          <p class="quiet">The bulk action runs in the background, at most 20 resets per second. Each reset is checked again before the action, and each result is stored.</p>
          <SelectionFields selection={selection} eligibleCount={eligible.length} />
          <label>
            Reason <input name="reason" required minlength={3} maxlength={500} autocomplete="off" />
          </label>
          <button class={isDangerous ? 'danger' : 'primary'}>
            {label} {eligible.length.toLocaleString('en')}
          </button>{' '}
          <a href="/sagas">Back to the list</a>
        </form>
      )}
      <Rows id="eligible" heading="Eligible" sagas={eligible} now={now} />
      <Rows id="skipped" heading="Skipped (not allowed in current state)" sagas={ineligible} now={now} />
    </Layout>
  );
};

const Rows = ({ id, heading, sagas, now }: { id: string; heading: string; sagas: SagaRow[]; now: Date }) =>
  sagas.length === 0 ? null : (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {heading} <span class="count">{sagas.length}</span>
      </h2>
      <SagaTable sagas={sagas.slice(0, maxRows)} now={now} />
      {sagas.length > maxRows && <p class="quiet">{(sagas.length - maxRows).toLocaleString('en')} more are not shown.</p>}
    </section>
  );

const SelectionFields = ({ selection: { action, scope, ids, filters }, eligibleCount }: { selection: BulkSelection; eligibleCount: number }) => (
  <>
    <input type="hidden" name="action" value={action} />
    <input type="hidden" name="scope" value={scope} />
    <input type="hidden" name="eligible" value={eligibleCount} />
    {scope === 'selected'
      ? ids.map((id) => <input key={id} type="hidden" name="saga" value={id} />)
      : Object.entries(filters).map(([name, value]) => value !== undefined && <input key={name} type="hidden" name={name} value={value} />)}
  </>
);
