import type { Phase } from '@crossroads/saga';
import type { BulkDocument, BulkItem } from '@crossroads/store';
import type { CommandName } from '../commands/commands.js';
import type { SignedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { Layout, sessionEnded } from '../page/layout.js';
import { PhasePill } from '../page/pills.js';
import { plural } from '../page/counts.js';
import { redactText } from '../page/redact.js';
import { Table } from '../page/table.js';
import { Ago } from '../page/times.js';
import { actionFor } from '../sagas/actions.js';
import { effectiveState } from './bulk-runner.js';

export interface BulkDetails {
  bulk: BulkDocument;
  counts: Record<BulkItem['outcome'], number>;
  items: BulkItem[];
  /** Present phases of the sagas of all items with outcome `done`, by the id that `followedSaga` returns. */
  phases: ReadonlyMap<string, Phase>;
}

/** Returns the saga whose progress shows the effect of the action: the recovery, or the saga itself. */
export const followedSaga = ({ saga_id, recovery_saga_id }: Pick<BulkItem, 'saga_id' | 'recovery_saga_id'>): string => recovery_saga_id ?? saga_id;

export const stateTones: Record<BulkDocument['state'], string> = { running: 'busy', interrupted: 'bad', aborted: 'warn', done: 'good' };

const outcomeTones: Record<BulkItem['outcome'], string> = { pending: 'quiet', done: 'good', rejected: 'warn', failed: 'bad' };

export const BulkPage = ({ chrome, operator, details, now }: { chrome: Chrome; operator: SignedIn; details: BulkDetails; now: Date }) => (
  <Layout chrome={chrome} title={`${labelOf(details.bulk)}: ${details.bulk.total} resets`} operator={operator}>
    <BulkLive operator={operator} details={details} now={now} />
  </Layout>
);

export const labelOf = ({ action }: BulkDocument): string => actionFor(action as CommandName).label;

/** The part of the page that refreshes itself while the bulk action runs. */
export const BulkLive = ({ operator, details: { bulk, counts, items, phases }, now }: { operator: SignedIn; details: BulkDetails; now: Date }) => {
  const state = effectiveState(bulk, now);
  const finished = bulk.total - counts.pending;
  const count = (wanted: Phase): number => [...phases.values()].filter((phase) => phase === wanted).length;
  const [finishedNow, stoppedAgain] = [count('ended'), count('stopped')];
  const openNow = phases.size - finishedNow - stoppedAgain;
  const every = state === 'running' ? '1s' : openNow > 0 ? '5s' : undefined;
  const refresh = every ? { 'hx-get': `/bulk/${bulk._id}/live`, 'hx-trigger': `every ${every}`, 'hx-swap': 'outerMorph', 'hx-status:401': sessionEnded, 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' } : {};
  return (
    <div id="live" {...refresh}>
      <h1>
        {labelOf(bulk)}: {bulk.total.toLocaleString('en')} resets <span class={`pill ${stateTones[state]}`} data-testid="bulk-state">{state}</span>
      </h1>
      <p class="quiet">
        {bulk.by}, <Ago at={bulk.created_at} now={now} />: {redactText(bulk.reason)}. Scope: {bulk.scope}.
      </p>
      <p>
        <progress max={Math.max(1, bulk.total)} value={finished} aria-label="Progress" /> {finished.toLocaleString('en')} of {bulk.total.toLocaleString('en')}: {counts.done} done, {counts.rejected} rejected,{' '}
        {counts.failed} failed, {counts.pending} pending.
        {every && (
          <noscript>
            {' '}
            <a href={`/bulk/${bulk._id}`}>Refresh</a>
          </noscript>
        )}
      </p>
      {counts.done > 0 && <SinceThen finished={finishedNow} open={openNow} stopped={stoppedAgain} />}
      {state === 'interrupted' && <p class="warning">Interrupted, probably by a restart. Finished items stay finished, and pending items were not changed. Press Continue to process them.</p>}
      {operator.role === 'operator' && counts.pending > 0 && (
        <form class="buttons" method="post" action={`/bulk/${bulk._id}/abort`}>
          {state === 'interrupted' && (
            <button class="primary" formaction={`/bulk/${bulk._id}/continue`}>
              Continue
            </button>
          )}{' '}
          {(state === 'running' || state === 'interrupted') && <button>Abort</button>}
        </form>
      )}
      <Items items={items} phases={phases} total={bulk.total} />
    </div>
  );
};

/** Shows where the changed resets are now: an action that is done may not have helped. */
const SinceThen = ({ finished, open, stopped }: { finished: number; open: number; stopped: number }) => (
  <p class={stopped > 0 ? 'warning' : 'quiet'} data-testid="since-then">
    Of the done ones, {plural(finished, 'reset')} finished, {open} in flight, {stopped} stopped again.
    {stopped > 0 && (
      <>
        {' '}
        Fix the cause before you repeat the action: <a href="/sagas?show=attention">resets that need attention</a>.
      </>
    )}
  </p>
);

const Items = ({ items, phases, total }: { items: BulkItem[]; phases: BulkDetails['phases']; total: number }) => (
  <>
    <Table columns={['Reset', 'Result', 'Now', 'Message']}>
      {items.map((item) => (
        <Item key={item._id} item={item} phase={item.outcome === 'done' ? phases.get(followedSaga(item)) : undefined} />
      ))}
    </Table>
    {total > items.length && <p class="quiet">Shown: {items.length} of {total.toLocaleString('en')}, failed and rejected ones first.</p>}
  </>
);

const Item = ({ item: { _id, saga_id, outcome, code, message, recovery_saga_id }, phase }: { item: BulkItem; phase: Phase | undefined }) => (
  <tr id={`item-${_id}`} data-testid="bulk-item">
    <th scope="row" data-label="Reset">
      <a href={`/sagas/${encodeURIComponent(saga_id)}`}>{saga_id}</a>
    </th>
    <td data-label="Result">
      <span class={`pill ${outcomeTones[outcome]}`}>{outcome}</span>
    </td>
    <td data-label="Now">{phase === undefined ? '—' : phase === 'stopped' ? <span class="pill bad">stopped again</span> : <PhasePill phase={phase} />}</td>
    <td data-label="Message">
      {recovery_saga_id !== undefined && <a href={`/sagas/${encodeURIComponent(recovery_saga_id)}`}>Started a recovery</a>}
      {message !== undefined && redactText(message)} {code !== undefined && <code class="code">{code}</code>}
      {message === undefined && recovery_saga_id === undefined && '—'}
    </td>
  </tr>
);
