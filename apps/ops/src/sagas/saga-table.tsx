import type { ComponentChildren } from 'preact';
import type { Phase } from '@crossroads/saga';
import type { SagaRow } from '@crossroads/store';
import { isBlocked } from '@crossroads/store';
import { PhasePill, StatusPill } from '../page/pills.js';
import { redactText } from '../page/redact.js';
import { Table } from '../page/table.js';
import { Ago, Due } from '../page/times.js';
import { orderNamesIn } from './saga-order.js';

const columns = ['Order', 'From → to', 'Status', 'Phase', 'Step', 'Last error', 'Accepted'];

const selectColumn = <abbr title="Select resets for a bulk action">✓</abbr>;

/** Table of sagas. With `selectable`, each row has a checkbox for bulk actions. */
export const SagaTable = ({ sagas, now, selectable = false }: { sagas: SagaRow[]; now: Date; selectable?: boolean }) => (
  <Table columns={selectable ? [selectColumn, ...columns] : columns}>
    {sagas.map((saga) => (
      <Row key={saga._id} saga={saga} now={now} selectable={selectable} />
    ))}
  </Table>
);

const Row = ({ saga, now, selectable }: { saga: SagaRow; now: Date; selectable: boolean }) => {
  const names = orderNamesIn(saga.request);
  return (
    <tr data-testid="saga">
      {selectable && (
        <td class="select">
          <input type="checkbox" name="saga" value={saga._id} aria-label={`Select order ${names.order}, accepted ${saga.accepted_at.toISOString()}`} />
        </td>
      )}
      <th scope="row" data-label="Order">
        <a href={`/sagas/${encodeURIComponent(saga._id)}`}>{names.order}</a>{' '}
        {saga.type !== 'reset_order' && <span class="pill quiet">{saga.type.replace('_order', '')}</span>}
        <span class="id" title={`Correlation id ${saga.correlation_id}`}>
          {saga.correlation_id}
        </span>
      </th>
      <td data-label="From → to">
        <span class="nowrap">
          {names.caller}
          <br />→ {names.counterparty}
        </span>
      </td>
      <td data-label="Status">
        <StatusPill status={saga.status} />
      </td>
      <td data-label="Phase">
        <span>
          <PhasePill phase={saga.phase} failures={saga.failures} blocked={isBlocked(saga)} />
          {saga.next_run_at && scheduledPhases.has(saga.phase) && (
            <small class="quiet">
              {saga.phase === 'awaiting_approval' && 'expires '}
              <Due at={saga.next_run_at} now={now} />
            </small>
          )}
        </span>
      </td>
      <OptionalCell label="Step">{saga.step}</OptionalCell>
      <OptionalCell label="Last error" wide>
        {saga.error && <span title={saga.error.code}>{redactText(saga.error.message)}</span>}
      </OptionalCell>
      <td data-label="Accepted" class="nowrap">
        <Ago at={saga.accepted_at} now={now} />
      </td>
    </tr>
  );
};

/** Phases in which `next_run_at` is the next attempt. While a saga is running, it is the end of the lease. */
const scheduledPhases: ReadonlySet<Phase> = new Set(['retrying', 'waiting', 'awaiting_approval']);

const OptionalCell = ({ label, wide = false, children }: { label: string; wide?: boolean; children: ComponentChildren }) => (
  <td data-label={label} class={`${wide ? 'error-sentence' : 'nowrap'}${children ? '' : ' nothing'}`}>
    {children ?? '—'}
  </td>
);
