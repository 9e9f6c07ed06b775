import type { SagaRow } from '@crossroads/store';
import { namesIn } from '../page/order-names.js';
import { PhasePill, StatusPill } from '../page/pills.js';
import { Ago, Due } from '../page/times.js';

/** Sagas in rows; on a phone each row is a card, and `data-label` names its lines. */
export const SagaTable = ({ sagas, now }: { sagas: SagaRow[]; now: Date }) => (
  <table class="sagas">
    <thead>
      <tr>
        <th scope="col">Order</th>
        <th scope="col">From → to</th>
        <th scope="col">Status</th>
        <th scope="col">Phase</th>
        <th scope="col">Step</th>
        <th scope="col">Last error</th>
        <th scope="col">Accepted</th>
        <th scope="col">Next</th>
      </tr>
    </thead>
    <tbody>
      {sagas.map((saga) => (
        <Row key={saga._id} saga={saga} now={now} />
      ))}
    </tbody>
  </table>
);

const Row = ({ saga, now }: { saga: SagaRow; now: Date }) => {
  const names = namesIn(saga.request);
  return (
    <tr data-testid="saga">
      <th scope="row" data-label="Order">
        <a href={`/sagas/${encodeURIComponent(saga._id)}`}>{names.order}</a>
        <span class="id" title={`Correlation id ${saga.correlation_id}`}>
          {saga.correlation_id}
        </span>
      </th>
      <td data-label="From → to">
        {names.caller} → {names.counterparty}
      </td>
      <td data-label="Status">
        <StatusPill status={saga.status} />
      </td>
      <td data-label="Phase">
        <PhasePill phase={saga.phase} failures={saga.failures} />
      </td>
      <td data-label="Step">{saga.step ?? '—'}</td>
      <td data-label="Last error" class="error-sentence">
        {saga.error ? <span title={saga.error.code}>{saga.error.message}</span> : '—'}
      </td>
      <td data-label="Accepted" class="nowrap">
        <Ago at={saga.accepted_at} now={now} />
      </td>
      <td data-label="Next" class="nowrap">
        {saga.next_run_at && (saga.phase === 'retrying' || saga.phase === 'waiting' || saga.phase === 'parked') ? <Due at={saga.next_run_at} now={now} /> : '—'}
      </td>
    </tr>
  );
};
