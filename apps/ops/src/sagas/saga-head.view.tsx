import type { SagaCodeInfo } from '@crossroads/contract';
import { sagaCodes } from '@crossroads/contract';
import type { RecoverRequest } from '@crossroads/order-reset';
import type { SagaDocument } from '@crossroads/store';
import { isBlocked } from '@crossroads/store';
import { Property } from '../page/structured-value.js';
import { PhasePill, StatusPill, blockedDescription, phaseDescription, resumedDescription } from '../page/pills.js';
import { redactText } from '../page/redact.js';
import { Ago, Clock, Due, duration, relative } from '../page/times.js';
import type { SagaDetails } from './saga-details.js';
import { orderNamesIn } from './saga-order.js';

const codes: Record<string, SagaCodeInfo> = sagaCodes;

/** Shows status, phase, last error and next attempt of the saga, and the saga that blocks it. */
export const SagaHead = ({ details: { saga, blocker, resumedDestination }, now }: { details: Pick<SagaDetails, 'saga' | 'blocker' | 'resumedDestination'>; now: Date }) => {
  const isNowBlocked = isBlocked(saga) && resumedDestination === undefined;
  const names = orderNamesIn(saga.request);
  const { recovers } = saga.request as Partial<RecoverRequest>;
  const advice = saga.error && codes[saga.error.code]?.next;
  const url = encodeURIComponent(saga._id);
  return (
    <header class="saga-head">
      <h1>
        Order {names.order} <StatusPill status={saga.status} /> <PhasePill phase={saga.phase} failures={saga.failures} blocked={isNowBlocked} />
      </h1>
      <p class="quiet">
        {names.caller} → {names.counterparty} · {saga.type} · {isNowBlocked ? blockedDescription : resumedDestination === undefined ? phaseDescription[saga.phase] : resumedDescription}
      </p>
      {recovers && (
        <p>
          {recovers.force ? 'Forced recovery' : 'Recovery'} of <a href={`/sagas/${encodeURIComponent(recovers.saga_id)}`}>this reset</a> by {recovers.by}: {redactText(recovers.reason)}
        </p>
      )}
      {saga.error && resumedDestination === undefined && (
        <p class={saga.phase === 'stopped' ? 'problem' : 'warning'} data-testid="error">
          <strong>{redactText(saga.error.message)}</strong> <code class="code">{saga.error.code}</code>
          {saga.step && <> at {saga.step}</>}
          {advice !== undefined && (
            <span class="advice">
              <WithCode text={advice} />
            </span>
          )}
        </p>
      )}
      {resumedDestination !== undefined && (
        <p class="warning" data-testid="resumed">
          {resumedDestination} was paused at the last attempt, and an operator has resumed it since. The next attempt sends the request. Press Retry now to send it at once.
        </p>
      )}
      {blocker && <BlockedBy blocker={blocker} />}
      <dl class="properties">
        {saga.phase === 'awaiting_approval' && saga.next_run_at ? (
          <Property name="Expires">
            <Clock at={saga.next_run_at} now={now} /> <span class="quiet">({relative(saga.next_run_at, now)}). Then it stops for an operator.</span>
          </Property>
        ) : (
          <Property name="Next attempt">{nextOf(saga, now)}</Property>
        )}
        <Property name="Step">{saga.step ?? '—'}</Property>
        <Property name="Accepted">
          <Clock at={saga.accepted_at} now={now} /> <span class="quiet">({relative(saga.accepted_at, now)})</span>
        </Property>
        <Property name={saga.ended_at ? 'Duration' : 'Last updated'}>
          {saga.ended_at ? duration(saga.ended_at.getTime() - saga.accepted_at.getTime()) : <Ago at={saga.updated_at} now={now} />}
        </Property>
        <Property name="Correlation id">
          <code>{saga.correlation_id}</code>
        </Property>
        <Property name="Saga id">
          <code>{saga._id}</code>
        </Property>
        <Property name="Technical details">
          epoch {saga.epoch}
          {saga.resumed && ', resumed'} · <a href={`/sagas/${url}.json`}>Raw JSON</a> · <a href={`/sagas/${url}/job`}>Queue job</a>
          {saga.phase !== 'ended' && saga.phase !== 'stopped' && (
            <noscript>
              {' '}
              · <a href={`/sagas/${url}`}>Refresh</a>
            </noscript>
          )}
        </Property>
      </dl>
    </header>
  );
};

/** Shows a text whose back-quoted words are code. Texts of error codes have them, because docs/errors.md is generated from these texts. */
const WithCode = ({ text }: { text: string }) => <>{text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>))}</>;

const BlockedBy = ({ blocker }: { blocker: SagaDocument }) => (
  <p class={blocker.phase === 'stopped' ? 'problem' : 'warning'} data-testid="blocker">
    Blocked by <a href={`/sagas/${encodeURIComponent(blocker._id)}`}>the reset of order {orderNamesIn(blocker.request).order}</a>, correlation id <code>{blocker.correlation_id}</code>:{' '}
    <StatusPill status={blocker.status} /> <PhasePill phase={blocker.phase} failures={blocker.failures} blocked={isBlocked(blocker)} />.{' '}
    {blocker.phase === 'stopped' ? 'Resume or terminate that reset first.' : 'This reset continues after that one has ended.'}
  </p>
);

const nextOf = ({ phase, next_run_at }: SagaDocument, now: Date) => {
  if (!next_run_at) return phase === 'stopped' ? 'none until an operator acts' : '—';
  if (phase === 'running') return next_run_at <= now ? 'due, no worker yet' : 'running';
  return <Due at={next_run_at} now={now} />;
};
