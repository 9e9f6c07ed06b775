import type { AuditDocument, AuditFilter } from '@crossroads/store';
import type { SignedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { AuditTable } from './audit-table.js';

interface AuditPageProps {
  chrome: Chrome;
  operator: SignedIn;
  filter: AuditFilter;
  records: AuditDocument[];
  next: number | undefined;
  now: Date;
}

const actions = ['login', 'logout', 'resume', 'recover', 'run-now', 'cancel', 'terminate', 'bulk', 'bulk abort', 'bulk continue', 'destination pause', 'destination resume', 'board pause', 'board resume', 'operator create', 'operator password', 'operator revoke', 'operator key create', 'operator key revoke', 'key create', 'key revoke', 'key rotate', 'tenant create', 'instance create', 'retention', 'audit removal'];

export const AuditPage = ({ chrome, operator, filter, records, next, now }: AuditPageProps) => (
  <Layout chrome={chrome} title="Audit" operator={operator}>
    <h1>Audit</h1>
    <p class="quiet">Actions of operators and administrators with their reason and result. Each line contains the hash of the line before: <code>npm run audit -- verify</code> finds a changed or removed line.</p>
    <form class="filter-form" action="/audit">
      <label>
        Operator <input name="by" value={filter.by} autocomplete="off" />
      </label>
      <label>
        Action{' '}
        <select name="action">
          <option value="">any</option>
          {actions.map((action) => (
            <option key={action} selected={action === filter.action}>
              {action}
            </option>
          ))}
        </select>
      </label>
      <label>
        Saga id <input name="saga" value={filter.sagaId} autocomplete="off" spellcheck={false} />
      </label>
      <button>Filter</button>
      <a href="/audit">Show all</a>
    </form>
    {records.length === 0 ? <p class="empty">No audit events match.</p> : <AuditTable records={records} now={now} />}
    <nav class="pages" aria-label="Pages of the audit log">
      {next !== undefined && (
        <a rel="next" href={nextPageHref(next, filter)}>
          Next page
        </a>
      )}
    </nav>
  </Layout>
);

const nextPageHref = (before: number, { by = '', action = '', sagaId = '' }: AuditFilter): string => `/audit?${new URLSearchParams({ by, action, saga: sagaId, before: String(before) }).toString()}`;
