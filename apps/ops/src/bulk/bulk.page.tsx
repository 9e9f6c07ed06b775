import type { BulkDocument, BulkItem, BulkOutcome } from '@crossroads/store';
import type { CommandName } from '../commands/commands.js';
import type { SignedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { redactText } from '../page/redact.js';
import { Table } from '../page/table.js';
import { Ago } from '../page/times.js';
import { actionLabel } from '../sagas/actions.js';
import { standsAs } from './bulk-runner.js';

export interface BulkDetails {
  bulk: BulkDocument;
  counts: Record<BulkOutcome, number>;
  items: BulkItem[];
}

export const stateTones: Record<BulkDocument['state'], string> = { running: 'busy', interrupted: 'bad', aborted: 'warn', done: 'good' };

const outcomeTones: Record<BulkOutcome, string> = { pending: 'quiet', done: 'good', rejected: 'warn', failed: 'bad' };

export const BulkPage = ({ chrome, operator, details, now }: { chrome: Chrome; operator: SignedIn; details: BulkDetails; now: Date }) => (
  <Layout chrome={chrome} title={`${labelOf(details.bulk)}: ${details.bulk.total} sagas`} operator={operator}>
    <BulkLive operator={operator} details={details} now={now} />
  </Layout>
);

export const labelOf = ({ action }: BulkDocument): string => actionLabel(action as CommandName).label;

/** The part that refreshes itself while the bulk runs. */
export const BulkLive = ({ operator, details: { bulk, counts, items }, now }: { operator: SignedIn; details: BulkDetails; now: Date }) => {
  const state = standsAs(bulk, now);
  const over = bulk.total - counts.pending;
  const refresh = state === 'running' ? { 'hx-get': `/bulk/${bulk._id}/live`, 'hx-trigger': 'every 1s', 'hx-swap': 'outerMorph', 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' } : {};
  return (
    <div id="live" {...refresh}>
      <h1>
        {labelOf(bulk)}: {bulk.total.toLocaleString('en')} sagas <span class={`pill ${stateTones[state]}`} data-testid="bulk-state">{state}</span>
      </h1>
      <p class="quiet">
        {bulk.by}, <Ago at={bulk.created_at} now={now} />: {redactText(bulk.reason)}. Chosen: {bulk.scope}.
      </p>
      <p>
        <progress max={Math.max(1, bulk.total)} value={over} aria-label="Progress" /> {over.toLocaleString('en')} of {bulk.total.toLocaleString('en')}: {counts.done} done, {counts.rejected} refused,{' '}
        {counts.failed} failed, {counts.pending} to come.
        {state === 'running' && (
          <noscript>
            {' '}
            <a href={`/bulk/${bulk._id}`}>Refresh</a>
          </noscript>
        )}
      </p>
      {state === 'interrupted' && <p class="warning">Whoever was at it has stopped, such as by a restart. What is done is done; the rest was not touched.</p>}
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
    <Table columns={['Saga', 'Result', 'Why']}>
      {items.map(({ _id, saga_id, outcome, code, message }) => (
        <tr key={_id} id={`item-${_id}`} data-testid="bulk-item">
          <th scope="row" data-label="Saga">
            <a href={`/sagas/${encodeURIComponent(saga_id)}`}>{saga_id}</a>
          </th>
          <td data-label="Result">
            <span class={`pill ${outcomeTones[outcome]}`}>{outcome}</span>
          </td>
          <td data-label="Why">
            {message === undefined ? '—' : redactText(message)} {code !== undefined && <code class="code">{code}</code>}
          </td>
        </tr>
      ))}
    </Table>
    {total > items.length && <p class="quiet">The first {items.length} are shown, those that failed or were refused first.</p>}
  </>
);
