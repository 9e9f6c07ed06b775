import type { BulkDocument } from '@crossroads/store';
import type { SignedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { redactText } from '../page/redact.js';
import { Table } from '../page/table.js';
import { Ago } from '../page/times.js';
import { labelOf, stateTones } from './bulk.page.js';
import { effectiveState } from './bulk-runner.js';

export const BulkHistoryPage = ({ chrome, operator, bulks, now }: { chrome: Chrome; operator: SignedIn; bulks: BulkDocument[]; now: Date }) => (
  <Layout chrome={chrome} title="Bulk action history" operator={operator}>
    <h1>Bulk action history</h1>
    <p class="quiet">
      Start a bulk action below the list of <a href="/sagas">resets</a>.
    </p>
    {bulks.length === 0 ? (
      <p class="empty">No bulk actions found.</p>
    ) : (
      <Table columns={['Started', 'Action', 'Resets', 'State', 'Operator', 'Reason']}>
        {bulks.map((bulk) => (
          <tr key={bulk._id}>
            <th scope="row" data-label="Started" class="nowrap">
              <a href={`/bulk/${bulk._id}`}>
                <Ago at={bulk.created_at} now={now} />
              </a>
            </th>
            <td data-label="Action">{labelOf(bulk)}</td>
            <td data-label="Resets">{bulk.total.toLocaleString('en')}</td>
            <td data-label="State">
              <span class={`pill ${stateTones[effectiveState(bulk, now)]}`}>{effectiveState(bulk, now)}</span>
            </td>
            <td data-label="Operator">{bulk.by}</td>
            <td data-label="Reason">{redactText(bulk.reason)}</td>
          </tr>
        ))}
      </Table>
    )}
  </Layout>
);
