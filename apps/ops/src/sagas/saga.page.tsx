import type { SagaDocument } from '@crossroads/store';
import type { SignedIn } from '../login/signed-in.js';
import { Json } from '../page/json.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { namesIn } from '../page/order-names.js';
import { QueuePaused } from '../queue-pause/queue-pause.view.js';
import { Actions } from './actions.view.js';
import { Entries } from './entries.view.js';
import { ActionList, Others } from './others.view.js';
import type { Problem } from './problem.js';
import { SagaHead } from './saga-head.view.js';
import { Snapshots } from './snapshot.view.js';
import { snapshotsIn } from './snapshots.js';
import type { SagaDetails } from './saga-details.js';
import { timelineOf } from './timeline.js';
import { Timeline } from './timeline.view.js';

interface SagaPageProps {
  chrome: Chrome;
  operator: SignedIn;
  details: SagaDetails;
  now: Date;
  problem?: Problem | undefined;
}

export const SagaPage = ({ chrome, operator, details, now, problem }: SagaPageProps) => (
  <Layout chrome={chrome} title={`Order ${namesIn(details.saga.request).order}`} operator={operator}>
    {problem !== undefined && (
      <p class="problem" role="alert">
        {problem.message} {problem.code !== undefined && <code class="code">{problem.code}</code>}
      </p>
    )}
    <Live details={details} now={now} problem={problem} />
    <ActionList details={details} now={now} />
    <Requests details={details} />
    <Others details={details} now={now} />
  </Layout>
);

/** The part that refreshes itself, for as long as there is something to come. */
export const Live = ({ details, now, problem }: { details: SagaDetails; now: Date; problem?: Problem | undefined }) => {
  const { saga, entries, order, actions, pause } = details;
  const moves = saga.phase !== 'ended' && saga.phase !== 'stopped';
  const refresh = moves
    ? { 'hx-get': `/sagas/${encodeURIComponent(saga._id)}/live`, 'hx-trigger': refreshEvery(saga), 'hx-swap': 'outerMorph', 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' }
    : {};
  return (
    <div id="live" {...refresh}>
      {saga.phase !== 'ended' && <QueuePaused pause={pause} now={now} />}
      <SagaHead saga={saga} now={now} />
      <Actions saga={saga} actions={actions} problem={problem} />
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

const Requests = ({ details: { saga, entries } }: { details: SagaDetails }) => {
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
