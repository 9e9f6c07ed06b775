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
  next: string | undefined;
  now: Date;
}

/** What operators do, as the trail spells it. */
const actions = ['login', 'resume', 'recover', 'run-now', 'cancel', 'terminate', 'bulk', 'bulk abort', 'bulk continue', 'destination pause', 'destination resume', 'board pause', 'board resume'];

export const AuditPage = ({ chrome, operator, filter, records, next, now }: AuditPageProps) => (
  <Layout chrome={chrome} title="Audit" operator={operator}>
    <h1>Audit</h1>
    <p class="quiet">Who did what, when, why, and what came of it. Nothing here is ever changed or removed.</p>
    <form class="tenant" action="/audit">
      <label>
        Who <input name="by" value={filter.by} autocomplete="off" />
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
      <a href="/audit">Everything</a>
    </form>
    {records.length === 0 ? <p class="empty">Nothing of the kind was done.</p> : <AuditTable records={records} now={now} />}
    <nav class="pages" aria-label="Pages of the trail">
      {next !== undefined && (
        <a rel="next" href={olderThan(next, filter)}>
          Older
        </a>
      )}
    </nav>
  </Layout>
);

const olderThan = (before: string, { by = '', action = '', sagaId = '' }: AuditFilter): string => `/audit?${new URLSearchParams({ by, action, saga: sagaId, before }).toString()}`;
