import type { BulkDocument, BulkItem, BulkOutcome } from '@crossroads/store';
import type { CommandName } from '../commands/commands.js';
import type { SignedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { Layout, sessionEnded } from '../page/layout.js';
import { redactText } from '../page/redact.js';
import { Table } from '../page/table.js';
import { Ago } from '../page/times.js';
import { actionFor } from '../sagas/actions.js';
import { effectiveState } from './bulk-runner.js';

export interface BulkDetails {
  bulk: BulkDocument;
  counts: Record<BulkOutcome, number>;
  items: BulkItem[];
}

export const stateTones: Record<BulkDocument['state'], string> = { running: 'busy', interrupted: 'bad', aborted: 'warn', done: 'good' };

const outcomeTones: Record<BulkOutcome, string> = { pending: 'quiet', done: 'good', rejected: 'warn', failed: 'bad' };

export const BulkPage = ({ chrome, operator, details, now }: { chrome: Chrome; operator: SignedIn; details: BulkDetails; now: Date }) => (
  <Layout chrome={chrome} title={`${labelOf(details.bulk)}: ${details.bulk.total} resets`} operator={operator}>
    <BulkLive operator={operator} details={details} now={now} />
  </Layout>
);

export const labelOf = ({ action }: BulkDocument): string => actionFor(action as CommandName).label;

/** The part of the page that refreshes itself while the bulk action runs. */
export const BulkLive = ({ operator, details: { bulk, counts, items }, now }: { operator: SignedIn; details: BulkDetails; now: Date }) => {
  const state = effectiveState(bulk, now);
  const finished = bulk.total - counts.pending;
  const refresh = state === 'running' ? { 'hx-get': `/bulk/${bulk._id}/live`, 'hx-trigger': 'every 1s', 'hx-swap': 'outerMorph', 'hx-status:401': sessionEnded, 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' } : {};
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
        {state === 'running' && (
          <noscript>
            {' '}
            <a href={`/bulk/${bulk._id}`}>Refresh</a>
          </noscript>
        )}
      </p>
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
      <Items items={items} total={bulk.total} />
    </div>
  );
};

const Items = ({ items, total }: { items: BulkItem[]; total: number }) => (
  <>
    <Table columns={['Reset', 'Result', 'Message']}>
      {items.map(({ _id, saga_id, outcome, code, message }) => (
        <tr key={_id} id={`item-${_id}`} data-testid="bulk-item">
          <th scope="row" data-label="Reset">
            <a href={`/sagas/${encodeURIComponent(saga_id)}`}>{saga_id}</a>
          </th>
          <td data-label="Result">
            <span class={`pill ${outcomeTones[outcome]}`}>{outcome}</span>
          </td>
          <td data-label="Message">
            {message === undefined ? '—' : redactText(message)} {code !== undefined && <code class="code">{code}</code>}
          </td>
        </tr>
      ))}
    </Table>
    {total > items.length && <p class="quiet">Shown: {items.length} of {total.toLocaleString('en')}, failed and rejected ones first.</p>}
  </>
);
