import type { OrderReset } from '@crossroads/store';
import { redactText } from '../page/redact.js';
import { PhasePill, StatusPill } from '../page/pills.js';
import { Table } from '../page/table.js';
import { Clock } from '../page/times.js';
import { sentenceOf } from '../sagas/advice.js';

/** Sagas of one order: what each cleared, and whether it was put back. */
export const ResetTable = ({ resets, now }: { resets: OrderReset[]; now: Date }) => (
  <Table columns={['Accepted', 'Saga', 'Status', 'Phase', 'Cleared', 'Put back', 'Last error']}>
    {resets.map(({ saga, cleared, restored_at, restored_by }) => (
      <tr key={saga._id}>
        <th scope="row" data-label="Accepted" class="nowrap">
          <a href={`/sagas/${encodeURIComponent(saga._id)}`}>
            <Clock at={saga.accepted_at} now={now} />
          </a>
        </th>
        <td data-label="Saga">{saga.type}</td>
        <td data-label="Status">
          <StatusPill status={saga.status} />
        </td>
        <td data-label="Phase">
          <PhasePill phase={saga.phase} failures={saga.failures} />
        </td>
        <td data-label="Cleared">{cleared ? `${counted(cleared.bols, 'BOL')}, ${counted(cleared.executed_drops, 'drop')}` : 'nothing'}</td>
        <td data-label="Put back">
          {restored_at ? <Clock at={restored_at} now={now} /> : cleared ? 'no' : '—'}
          {restored_by !== undefined && (
            <>
              {' '}
              by <a href={`/sagas/${encodeURIComponent(restored_by)}`}>a recovery</a>
            </>
          )}
        </td>
        <td data-label="Last error" class="error-sentence">
          {saga.error ? <span title={saga.error.code}>{redactText(sentenceOf(saga.error, saga.phase))}</span> : '—'}
        </td>
      </tr>
    ))}
  </Table>
);

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
