import { integrationStatus } from '@crossroads/contract';
import type { SagaCounts, SagaRows } from '@crossroads/store';
import { maxHits, phases } from '@crossroads/store';
import { BulkBar } from '../bulk/bulk-bar.view.js';
import type { CommandName } from '../commands/commands.js';
import type { SignedIn } from '../login/signed-in.js';
import type { Position } from '../page/counts.js';
import { formatCount, formatPosition } from '../page/counts.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { phaseLabel } from '../page/pills.js';
import type { QueuePause } from '../queue/queue-status.js';
import { QueuePaused } from '../queue/queue-paused.view.js';
import type { Filters } from './filters.js';
import { hrefWith } from './filters.js';
import { SagaTable } from './saga-table.js';

export interface ListPageProps {
  chrome: Chrome;
  operator: SignedIn;
  filters: Filters;
  counts: SagaCounts;
  rows: SagaRows;
  position: Position;
  /** Whether the search found more sagas than the list contains. */
  hasMoreFound: boolean;
  pause: QueuePause | undefined;
  /** Actions that the bulk bar offers. */
  bulkActions: readonly CommandName[];
  now: Date;
}

export const ListPage = ({ chrome, operator, filters, counts, rows, position, hasMoreFound, pause, bulkActions, now }: ListPageProps) => (
  <Layout chrome={chrome} title="Resets" operator={operator} q={filters.q}>
    <h1>Resets</h1>
    <QueuePaused pause={pause} now={now} />
    <nav class="filters" aria-label="Filters">
      <Chip filters={filters} change={{ show: undefined, status: undefined, phase: undefined, tenant: undefined, q: undefined }} label="All" on={hrefWith(filters, {}) === '/sagas'} />
      <Chip filters={filters} change={{ show: 'attention', phase: undefined }} label="Needs attention" count={counts.phase.stopped} on={filters.show === 'attention'} />
      <Chip filters={filters} change={{ show: 'blocked', phase: undefined }} label="Blocked by a destination" count={counts.blocked} on={filters.show === 'blocked'} />
      <Chip filters={filters} change={{ show: 'in-flight', phase: undefined }} label="In flight" on={filters.show === 'in-flight'} />
      <span class="break" />
      {phases.map((phase) => (
        <Chip key={phase} filters={filters} change={{ phase: filters.phase === phase ? undefined : phase, show: undefined }} label={phaseLabel(phase)} count={counts.phase[phase]} on={filters.phase === phase} />
      ))}
      <span class="break" />
      {integrationStatus.options.map((status) => (
        <Chip key={status} filters={filters} change={{ status: filters.status === status ? undefined : status }} label={status} count={counts.status[status]} on={filters.status === status} />
      ))}
    </nav>
    <form class="filter-form" action="/sagas">
      {(['status', 'phase', 'show', 'q'] as const).map((name) => filters[name] && <input key={name} type="hidden" name={name} value={filters[name]} />)}
      <label>
        Tenant <input name="tenant" value={filters.tenant} placeholder="name or id" autocomplete="off" />
      </label>
      <button>Filter</button>
      {filters.tenant && <a href={hrefWith(filters, { tenant: undefined })}>All tenants</a>}
    </form>
    {filters.q !== undefined && (
      <p>
        {rows.sagas.length === 0 ? 'No results for' : 'Results for'} <q>{filters.q}</q>.{hasMoreFound && ` More resets match: only ${maxHits} of them are listed. Search for a longer name.`} <a href={hrefWith(filters, { q: undefined })}>Show all</a>
      </p>
    )}
    {rows.sagas.length === 0 ? (
      <EmptyList filters={filters} />
    ) : operator.role === 'operator' && bulkActions.length > 0 ? (
      <form action="/bulk/new">
        <SagaTable sagas={rows.sagas} now={now} selectable />
        <BulkBar filters={filters} bulkActions={bulkActions} matching={position.total} script={chrome.assets.selection} />
      </form>
    ) : (
      <SagaTable sagas={rows.sagas} now={now} />
    )}
    {rows.sagas.length > 0 && (
      <nav class="pages" aria-label="Pages of the list">
        <span data-testid="position">{formatPosition(position)}</span>
        {position.newer > position.shown && <a href={hrefWith(filters, {})}>First page</a>}
        {position.newer > 0 && (
          <a rel="prev" href={hrefWith(filters, { after: rows.sagas[0]!._id })}>
            Previous page
          </a>
        )}
        {rows.next !== undefined && (
          <a rel="next" href={hrefWith(filters, { before: rows.next })}>
            Next page
          </a>
        )}
      </nav>
    )}
  </Layout>
);

const Chip = ({ filters, change, label, count, on }: { filters: Filters; change: Parameters<typeof hrefWith>[1]; label: string; count?: number; on: boolean }) => (
  <a class={on ? 'chip on' : 'chip'} href={hrefWith(filters, change)} aria-current={on ? 'true' : undefined}>
    {label}
    {count !== undefined && <span class="count">{formatCount(count)}</span>}
  </a>
);

const EmptyList = ({ filters }: { filters: Filters }) => (
  <p class="empty">
    {filters.q === undefined
      ? 'No resets match these filters.'
      : 'No saga id, correlation id, order id or order number of either company matches. Check letters and leading zeros. An order that was never reset is not listed.'}
  </p>
);
