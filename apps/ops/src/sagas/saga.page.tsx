import type { ComponentChildren } from 'preact';
import { jobId } from '@crossroads/queue';
import type { EntryDocument, OrderReset, OrderView, SagaDocument } from '@crossroads/store';
import type { SignedIn } from '../login/signed-in.js';
import { ResetTable } from '../orders/reset-table.js';
import { Json } from '../page/json.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { maskedText } from '../page/masked.js';
import { namesIn } from '../page/order-names.js';
import { PhasePill, StatusPill, phaseSays } from '../page/pills.js';
import { Ago, Clock, Due, duration, relative } from '../page/times.js';
import type { Action } from './actions.js';
import { Actions } from './actions.view.js';
import { Entries } from './entries.view.js';
import { Snapshots } from './snapshot.view.js';
import { snapshotsIn } from './snapshots.js';
import { timelineOf } from './timeline.js';
import { Timeline } from './timeline.view.js';

/** All that the page shows of one saga. */
export interface SagaStory {
  saga: SagaDocument;
  entries: EntryDocument[];
  orderId: string | undefined;
  order: OrderView | undefined;
  /** Every saga of the same order, this one included. */
  resets: OrderReset[];
  actions: readonly Action[];
}

export const SagaPage = ({ chrome, operator, story, now, problem }: { chrome: Chrome; operator: SignedIn; story: SagaStory; now: Date; problem?: string | undefined }) => (
  <Layout chrome={chrome} title={`Order ${namesIn(story.saga.request).order}`} operator={operator}>
    {problem !== undefined && (
      <p class="problem" role="alert">
        {problem}
      </p>
    )}
    <Live story={story} now={now} />
    <Requests story={story} />
    <Others story={story} now={now} />
  </Layout>
);

/** The part that refreshes itself, for as long as there is something to come. */
export const Live = ({ story, now }: { story: SagaStory; now: Date }) => {
  const { saga, entries, order, actions } = story;
  const moves = saga.phase !== 'ended' && saga.phase !== 'stopped';
  const refresh = moves
    ? { 'hx-get': `/sagas/${encodeURIComponent(saga._id)}/live`, 'hx-trigger': refreshEvery(saga), 'hx-swap': 'outerMorph', 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' }
    : {};
  return (
    <div id="live" {...refresh}>
      <Header saga={saga} now={now} />
      <Actions saga={saga} actions={actions} />
      <section aria-labelledby="timeline">
        <h2 id="timeline">Timeline</h2>
        <Timeline bars={timelineOf(saga, entries)} now={now} />
        <p class="legend quiet">Pale: at rest, with how long. Full: at work, or the moment of an attempt. Widths grow tenfold slower than time.</p>
      </section>
      <Snapshots snapshots={snapshotsIn(entries)} order={order} now={now} />
      <Entries entries={entries} now={now} />
    </div>
  );
};

/** Nothing changes on a saga that rests for hours but its countdown. */
const refreshEvery = ({ phase }: SagaDocument): string => (phase === 'running' ? 'every 2s' : 'every 5s');

const Header = ({ saga, now }: { saga: SagaDocument; now: Date }) => {
  const names = namesIn(saga.request);
  const url = encodeURIComponent(saga._id);
  return (
    <header class="saga-head">
      <h1>
        Order {names.order} <StatusPill status={saga.status} /> <PhasePill phase={saga.phase} failures={saga.failures} />
      </h1>
      <p class="quiet">
        {names.caller} → {names.counterparty} · {saga.type} · {phaseSays[saga.phase]}
      </p>
      {saga.error && (
        <p class={saga.phase === 'stopped' ? 'problem' : 'warning'} data-testid="error">
          <strong>{maskedText(saga.error.message)}</strong> <code class="code">{saga.error.code}</code>
          {saga.step && <> at {saga.step}</>}
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
          <a href={`/sagas/${url}.json`}>Raw JSON</a> · <a href={`/queues/queue/sagas/${jobId(saga._id, saga.epoch === 0 ? 0 : saga.epoch - 1)}`}>Job</a>
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
  if (phase === 'parked') return <>if nobody answers, stops <Ago at={next_run_at} now={now} /></>;
  if (phase === 'running') return next_run_at <= now ? 'due: waits for a worker' : 'under way';
  return <Due at={next_run_at} now={now} />;
};

const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const Requests = ({ story: { saga, entries } }: { story: SagaStory }) => {
  const outbound = entries.findLast(({ outbound_request }) => Object.keys(outbound_request).length > 0)?.outbound_request;
  return (
    <section aria-labelledby="requests">
      <h2 id="requests">Requests</h2>
      <Json label="Inbound: what the caller sent" value={saga.inbound_request} />
      <Json label="As understood" value={saga.request} />
      {outbound ? <Json label="Outbound: what the destination gets" value={outbound} /> : <p class="quiet">Nothing has been prepared for the destination.</p>}
    </section>
  );
};

const Others = ({ story: { saga, resets, orderId }, now }: { story: SagaStory; now: Date }) => (
  <section aria-labelledby="others">
    <h2 id="others">Other sagas of this order</h2>
    {resets.length > 1 ? <ResetTable resets={resets.filter((reset) => reset.saga._id !== saga._id)} now={now} /> : <p class="empty">None.</p>}
    {orderId !== undefined && (
      <p>
        <a href={`/orders/${encodeURIComponent(orderId)}`}>The order and all its resets</a>
      </p>
    )}
  </section>
);
