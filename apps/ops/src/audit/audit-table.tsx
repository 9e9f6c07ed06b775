import type { AuditDocument } from '@crossroads/store';
import { Json } from '../page/json.js';
import { redactText } from '../page/redact.js';
import { Table } from '../page/table.js';
import { Clock } from '../page/times.js';

const tones: Record<AuditDocument['outcome'], string> = { done: 'good', rejected: 'warn', failed: 'bad', begun: 'bad' };

/** Table of operator actions. An action that stays `begun` was interrupted: the process died before it stored the result. */
export const AuditTable = ({ records, now }: { records: AuditDocument[]; now: Date }) => (
  <Table columns={['Time', 'Operator', 'Action', 'Target', 'Reason', 'Result']}>
    {records.map((record) => (
      <Row key={record._id.toHexString()} record={record} now={now} />
    ))}
  </Table>
);

const Row = ({ record: { at, by, credential, from, action, saga_id, instance_id, correlation_id, reason, outcome, code, detail }, now }: { record: AuditDocument; now: Date }) => (
  <tr data-testid="audit">
    <th scope="row" data-label="Time" class="nowrap">
      <Clock at={at} now={now} />
    </th>
    <td data-label="Operator">
      <span>
        {by}
        {[from, credential].map((each) => each && <span key={each} class="id">{each}</span>)}
      </span>
    </td>
    <td data-label="Action" class="nowrap">
      {action}
    </td>
    <td data-label="Target" class={saga_id ?? instance_id ? '' : 'nothing'}>
      {saga_id !== undefined && (
        <a href={`/sagas/${encodeURIComponent(saga_id)}`} title={`Saga ${saga_id}`}>
          {correlation_id ?? saga_id}
        </a>
      )}
      {instance_id !== undefined && <a href="/destinations">{instance_id}</a>}
    </td>
    <td data-label="Reason" class={reason === null ? 'nothing' : ''}>
      {reason === null ? '—' : redactText(reason)}
    </td>
    <td data-label="Result">
      <span>
        <span class={`pill ${tones[outcome]}`}>{outcome}</span> {code !== undefined && <code class="code">{code}</code>}
        {detail && Object.keys(detail).length > 0 && <Json label="Details" value={detail} />}
      </span>
    </td>
  </tr>
);
