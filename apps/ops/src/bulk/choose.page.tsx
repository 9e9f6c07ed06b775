import type { SignedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { actionLabel } from '../sagas/actions.js';
import { SagaTable } from '../sagas/saga-table.js';
import type { Choice, Chosen } from './chosen.js';
import { inWords, mostInBulk } from './chosen.js';

interface ChoosePageProps {
  chrome: Chrome;
  operator: SignedIn;
  choice: Choice;
  chosen: Chosen;
  now: Date;
  problem?: string | undefined;
}

/** Rows shown of each half: enough to see that the right ones were meant. */
const shownOfEach = 10;

/** What would be done, to how many, before anything is. */
export const ChoosePage = ({ chrome, operator, choice, chosen: { eligible, ineligible, more }, now, problem }: ChoosePageProps) => {
  const { label, consequence, dangerous } = actionLabel(choice.action);
  return (
    <Layout chrome={chrome} title={`${label}: ${eligible.length} sagas`} operator={operator}>
      <h1>
        {label}: {eligible.length.toLocaleString('en')} of {(eligible.length + ineligible.length).toLocaleString('en')} sagas
      </h1>
      <p>Chosen: {inWords(choice)}.</p>
      {more && <p class="warning">More than {mostInBulk.toLocaleString('en')} match. These are the newest; do the rest in another go.</p>}
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {eligible.length === 0 ? (
        <p class="empty">None of them is in a state that allows it, so there is nothing to do.</p>
      ) : (
        <form class="card confirm" action="/bulk" method="post">
          <p>For each of them: {consequence}</p>
          <p class="quiet">They are worked through in the background, at most 20 a second. Each is looked at again before it is touched, and each result is written down.</p>
          <Fields choice={choice} counted={eligible.length} />
          <label>
            Reason <input name="reason" required minlength={3} maxlength={500} autocomplete="off" />
          </label>
          <button class={dangerous ? 'danger' : 'primary'}>
            {label} {eligible.length.toLocaleString('en')}
          </button>{' '}
          <a href="/sagas">Not now</a>
        </form>
      )}
      {eligible.length > 0 && (
        <section aria-labelledby="eligible">
          <h2 id="eligible">
            Will be taken <span class="count">{eligible.length}</span>
          </h2>
          <SagaTable sagas={eligible.slice(0, shownOfEach)} now={now} />
          <Rest of={eligible.length} />
        </section>
      )}
      {ineligible.length > 0 && (
        <section aria-labelledby="ineligible">
          <h2 id="ineligible">
            Left alone: their state does not allow it <span class="count">{ineligible.length}</span>
          </h2>
          <SagaTable sagas={ineligible.slice(0, shownOfEach)} now={now} />
          <Rest of={ineligible.length} />
        </section>
      )}
    </Layout>
  );
};

const Fields = ({ choice: { action, scope, ids, filters }, counted }: { choice: Choice; counted: number }) => (
  <>
    <input type="hidden" name="action" value={action} />
    <input type="hidden" name="scope" value={scope} />
    <input type="hidden" name="counted" value={counted} />
    {scope === 'ticked'
      ? ids.map((id) => <input key={id} type="hidden" name="saga" value={id} />)
      : Object.entries(filters).map(([name, value]) => value !== undefined && <input key={name} type="hidden" name={name} value={value} />)}
  </>
);

const Rest = ({ of }: { of: number }) => (of > shownOfEach ? <p class="quiet">and {(of - shownOfEach).toLocaleString('en')} more.</p> : null);
