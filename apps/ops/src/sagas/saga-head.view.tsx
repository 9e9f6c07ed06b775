import type { RecoverRequest } from '@crossroads/order-reset';
import type { SagaDocument } from '@crossroads/store';
import { Fact } from '../page/fact.js';
import { redactText } from '../page/redact.js';
import { namesIn } from '../page/order-names.js';
import { PhasePill, StatusPill, phaseDescription } from '../page/pills.js';
import { Ago, Clock, Due, duration, relative } from '../page/times.js';
import { adviceOn, sentenceOf } from './advice.js';

/** Where the saga stands, why, and what comes next. */
export const SagaHead = ({ saga, now }: { saga: SagaDocument; now: Date }) => {
  const names = namesIn(saga.request);
  const { recovers } = saga.request as Partial<RecoverRequest>;
  const todo = saga.error && adviceOn(saga.error.code);
  const url = encodeURIComponent(saga._id);
  return (
    <header class="saga-head">
      <h1>
        Order {names.order} <StatusPill status={saga.status} /> <PhasePill phase={saga.phase} failures={saga.failures} />
      </h1>
      <p class="quiet">
        {names.caller} → {names.counterparty} · {saga.type} · {phaseDescription[saga.phase]}
      </p>
      {recovers && (
        <p>
          {recovers.force ? 'Forced recovery' : 'Recovery'} of <a href={`/sagas/${encodeURIComponent(recovers.saga_id)}`}>this reset</a>, asked for by {recovers.by}: {redactText(recovers.reason)}
        </p>
      )}
      {saga.error && (
        <p class={saga.phase === 'stopped' ? 'problem' : 'warning'} data-testid="error">
          <strong>{redactText(sentenceOf(saga.error, saga.phase))}</strong> <code class="code">{saga.error.code}</code>
          {saga.step && <> at {saga.step}</>}
          {todo !== undefined && <span class="advice">{todo}</span>}
        </p>
      )}
      <dl class="head-facts">
        <Fact name="Next attempt">{nextOf(saga, now)}</Fact>
        <Fact name="Step">{saga.step ?? '—'}</Fact>
        <Fact name="Accepted">
          <Clock at={saga.accepted_at} now={now} /> <span class="quiet">({relative(saga.accepted_at, now)})</span>
        </Fact>
        <Fact name={saga.ended_at ? 'Took' : 'Last word'}>
          {saga.ended_at ? duration(saga.ended_at.getTime() - saga.accepted_at.getTime()) : <Ago at={saga.updated_at} now={now} />}
        </Fact>
        <Fact name="Claims">
          {saga.epoch}
          {saga.resumed && <span class="quiet"> (resumed)</span>}
        </Fact>
        <Fact name="Correlation id">
          <code>{saga.correlation_id}</code>
        </Fact>
        <Fact name="Saga id">
          <code>{saga._id}</code>
        </Fact>
        <Fact name="More">
          <a href={`/sagas/${url}.json`}>Raw JSON</a> · <a href={`/sagas/${url}/job`}>Job</a>
          {saga.phase !== 'ended' && saga.phase !== 'stopped' && (
            <noscript>
              {' '}
              · <a href={`/sagas/${url}`}>Refresh</a>
            </noscript>
          )}
        </Fact>
      </dl>
    </header>
  );
};

const nextOf = ({ phase, next_run_at }: SagaDocument, now: Date) => {
  if (!next_run_at) return phase === 'stopped' ? 'none: waits for an operator' : '—';
  if (phase === 'awaiting_approval') return <>if nobody answers, stops <Ago at={next_run_at} now={now} /></>;
  if (phase === 'running') return next_run_at <= now ? 'due: waits for a worker' : 'under way';
  return <Due at={next_run_at} now={now} />;
};
