import type { BulkDocument } from '@crossroads/store';
import type { SignedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { redactText } from '../page/redact.js';
import { Table } from '../page/table.js';
import { Ago } from '../page/times.js';
import { labelOf, stateTones } from './bulk.page.js';
import { standsAs } from './bulk-runner.js';

export const BulksPage = ({ chrome, operator, bulks, now }: { chrome: Chrome; operator: SignedIn; bulks: BulkDocument[]; now: Date }) => (
  <Layout chrome={chrome} title="Bulk actions" operator={operator}>
    <h1>Bulk actions</h1>
    <p class="quiet">
      One action on many sagas is begun on the <a href="/sagas">list of sagas</a>.
    </p>
    {bulks.length === 0 ? (
      <p class="empty">There have been none.</p>
    ) : (
      <Table columns={['Begun', 'Action', 'Sagas', 'State', 'Who', 'Reason']}>
        {bulks.map((bulk) => (
          <tr key={bulk._id}>
            <th scope="row" data-label="Begun" class="nowrap">
              <a href={`/bulk/${bulk._id}`}>
                <Ago at={bulk.created_at} now={now} />
              </a>
            </th>
            <td data-label="Action">{labelOf(bulk)}</td>
            <td data-label="Sagas">{bulk.total.toLocaleString('en')}</td>
            <td data-label="State">
              <span class={`pill ${stateTones[standsAs(bulk, now)]}`}>{standsAs(bulk, now)}</span>
            </td>
            <td data-label="Who">{bulk.by}</td>
            <td data-label="Reason">{redactText(bulk.reason)}</td>
          </tr>
        ))}
      </Table>
    )}
  </Layout>
);
