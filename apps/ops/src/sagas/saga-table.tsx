import type { ComponentChildren } from 'preact';
import type { Phase } from '@crossroads/saga';
import type { SagaRow } from '@crossroads/store';
import { redactText } from '../page/redact.js';
import { namesIn } from '../page/order-names.js';
import { PhasePill, StatusPill } from '../page/pills.js';
import { Table } from '../page/table.js';
import { Ago, Due } from '../page/times.js';
import { sentenceOf } from './advice.js';

const columns = ['Order', 'From → to', 'Status', 'Phase', 'Step', 'Last error', 'Accepted'];

const tick = <abbr title="Tick sagas to act on several at once">✓</abbr>;

/** Sagas in rows. */
export const SagaTable = ({ sagas, now, tickable = false }: { sagas: SagaRow[]; now: Date; tickable?: boolean }) => (
  <Table columns={tickable ? [tick, ...columns] : columns}>
    {sagas.map((saga) => (
      <Row key={saga._id} saga={saga} now={now} tickable={tickable} />
    ))}
  </Table>
);

const Row = ({ saga, now, tickable }: { saga: SagaRow; now: Date; tickable: boolean }) => {
  const names = namesIn(saga.request);
  return (
    <tr data-testid="saga">
      {tickable && (
        <td class="tick">
          <input type="checkbox" name="saga" value={saga._id} aria-label={`Tick order ${names.order}, accepted ${saga.accepted_at.toISOString()}`} />
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
          <PhasePill phase={saga.phase} failures={saga.failures} />
          {saga.next_run_at && resting.has(saga.phase) && (
            <small class="quiet">
              <Due at={saga.next_run_at} now={now} />
            </small>
          )}
        </span>
      </td>
      <Maybe label="Step">{saga.step}</Maybe>
      <Maybe label="Last error" wide>
        {saga.error && <span title={saga.error.code}>{redactText(sentenceOf(saga.error, saga.phase))}</span>}
      </Maybe>
      <td data-label="Accepted" class="nowrap">
        <Ago at={saga.accepted_at} now={now} />
      </td>
    </tr>
  );
};

/** While running, the time in the saga's document is only how long its worker may be silent. */
const resting: ReadonlySet<Phase> = new Set(['retrying', 'waiting', 'awaiting_approval']);

const Maybe = ({ label, wide = false, children }: { label: string; wide?: boolean; children: ComponentChildren }) => (
  <td data-label={label} class={`${wide ? 'error-sentence' : 'nowrap'}${children ? '' : ' nothing'}`}>
    {children ?? '—'}
  </td>
);
