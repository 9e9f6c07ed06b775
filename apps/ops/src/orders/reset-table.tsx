import type { OrderResets } from '@crossroads/store';
import { isBlocked } from '@crossroads/store';
import { PhasePill, StatusPill } from '../page/pills.js';
import { plural } from '../page/counts.js';
import { redactText } from '../page/redact.js';
import { Table } from '../page/table.js';
import { Clock } from '../page/times.js';

/** Table of the sagas of one order: what each cleared, and whether it was restored. */
export const ResetTable = ({ resets: { resets, total }, now }: { resets: OrderResets; now: Date }) => (
  <>
    <Table columns={['Accepted', 'Type', 'Status', 'Phase', 'Cleared', 'Restored', 'Last error']}>
      {resets.map(({ saga, cleared, restored_at, restored_by }) => (
        <tr key={saga._id}>
          <th scope="row" data-label="Accepted" class="nowrap">
            <a href={`/sagas/${encodeURIComponent(saga._id)}`}>
              <Clock at={saga.accepted_at} now={now} />
            </a>
          </th>
          <td data-label="Type">{saga.type}</td>
          <td data-label="Status">
            <StatusPill status={saga.status} />
          </td>
          <td data-label="Phase">
            <PhasePill phase={saga.phase} failures={saga.failures} blocked={isBlocked(saga)} />
          </td>
          <td data-label="Cleared">{cleared ? `${plural(cleared.bols, 'BOL')}, ${plural(cleared.executed_drops, 'drop')}` : 'nothing'}</td>
          <td data-label="Restored">
            {restored_at ? <Clock at={restored_at} now={now} /> : cleared ? 'no' : '—'}
            {restored_by !== undefined && (
              <>
                {' '}
                by <a href={`/sagas/${encodeURIComponent(restored_by)}`}>a recovery</a>
              </>
            )}
          </td>
          <td data-label="Last error" class="error-sentence">
            {saga.error ? <span title={saga.error.code}>{redactText(saga.error.message)}</span> : '—'}
          </td>
        </tr>
      ))}
    </Table>
    {total > resets.length && (
      <p class="quiet">
        Shown: the newest {resets.length} of {total.toLocaleString('en')}.
      </p>
    )}
  </>
);
