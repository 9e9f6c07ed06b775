import { integrationStatus } from '@crossroads/contract';
import type { SagaCounts, SagaRows } from '@crossroads/store';
import { phases } from '@crossroads/store';
import { shown } from '../landing/landing.page.js';
import { BulkBar } from '../bulk/bulk-bar.view.js';
import type { CommandName } from '../commands/commands.js';
import type { SignedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import type { QueuePause } from '../queue-pause/queue-pause.js';
import { QueuePaused } from '../queue-pause/queue-pause.view.js';
import type { Filters } from './filters.js';
import { hrefWith } from './filters.js';
import { SagaTable } from './saga-table.js';

export interface ListPageProps {
  chrome: Chrome;
  operator: SignedIn;
  filters: Filters;
  counts: SagaCounts;
  rows: SagaRows;
  pause: QueuePause | undefined;
  /** What may be done to many at once. */
  offered: readonly CommandName[];
  now: Date;
}

export const ListPage = ({ chrome, operator, filters, counts, rows, pause, offered, now }: ListPageProps) => (
  <Layout chrome={chrome} title="Sagas" operator={operator} q={filters.q}>
    <h1>Sagas</h1>
    <QueuePaused pause={pause} now={now} />
    <nav class="filters" aria-label="Filters">
      <Chip filters={filters} change={{ show: undefined, status: undefined, phase: undefined, tenant: undefined, q: undefined }} label="All" on={hrefWith(filters, {}) === '/sagas'} />
      <Chip filters={filters} change={{ show: 'attention', phase: undefined }} label="Needs attention" count={counts.phase.stopped} on={filters.show === 'attention'} />
      <Chip filters={filters} change={{ show: 'in-flight', phase: undefined }} label="In flight" on={filters.show === 'in-flight'} />
      <span class="break" />
      {phases.map((phase) => (
        <Chip key={phase} filters={filters} change={{ phase: filters.phase === phase ? undefined : phase, show: undefined }} label={phase} count={counts.phase[phase]} on={filters.phase === phase} />
      ))}
      <span class="break" />
      {integrationStatus.options.map((status) => (
        <Chip key={status} filters={filters} change={{ status: filters.status === status ? undefined : status }} label={status} count={counts.status[status]} on={filters.status === status} />
      ))}
    </nav>
    <form class="tenant" action="/sagas">
      {(['status', 'phase', 'show', 'q'] as const).map((name) => filters[name] && <input key={name} type="hidden" name={name} value={filters[name]} />)}
      <label>
        Tenant <input name="tenant" value={filters.tenant} placeholder="name or id" autocomplete="off" />
      </label>
      <button>Filter</button>
      {filters.tenant && <a href={hrefWith(filters, { tenant: undefined })}>any tenant</a>}
    </form>
    {filters.q !== undefined && (
      <p>
        {rows.sagas.length === 0 ? 'Nothing is called' : 'Sagas called'} <q>{filters.q}</q>. <a href={hrefWith(filters, { q: undefined })}>Show all</a>
      </p>
    )}
    {rows.sagas.length === 0 ? (
      <Nothing filters={filters} />
    ) : operator.role === 'operator' && offered.length > 0 ? (
      <form action="/bulk/new">
        <SagaTable sagas={rows.sagas} now={now} tickable />
        <BulkBar filters={filters} offered={offered} />
      </form>
    ) : (
      <SagaTable sagas={rows.sagas} now={now} />
    )}
    <nav class="pages" aria-label="Pages of the list">
      {filters.before !== undefined && <a href={hrefWith(filters, {})}>Newest</a>}
      {rows.next !== undefined && (
        <a rel="next" href={hrefWith(filters, { before: rows.next })}>
          Older
        </a>
      )}
    </nav>
  </Layout>
);

const Chip = ({ filters, change, label, count, on }: { filters: Filters; change: Parameters<typeof hrefWith>[1]; label: string; count?: number; on: boolean }) => (
  <a class={on ? 'chip on' : 'chip'} href={hrefWith(filters, change)} aria-current={on ? 'true' : undefined}>
    {label}
    {count !== undefined && <span class="count">{shown(count)}</span>}
  </a>
);

const Nothing = ({ filters }: { filters: Filters }) => (
  <p class="empty">
    {filters.q === undefined
      ? 'No saga is like that.'
      : 'Looked for it as a saga id, a correlation id, an order id and an order number at either end. Letters and zeros count; an order that was never reset has no saga.'}
  </p>
);
