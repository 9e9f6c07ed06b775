import type { SagaDocument } from '@crossroads/store';
import type { SignedIn } from '../login/signed-in.js';
import { Json } from '../page/json.js';
import type { Chrome } from '../page/layout.js';
import { Layout, sessionEnded } from '../page/layout.js';
import { QueuePaused } from '../queue/queue-paused.view.js';
import type { ActionProblem } from './actions.js';
import { Actions } from './actions.view.js';
import { LogEntries } from './log-entries.view.js';
import { OperatorActions, OtherSagas } from './related.view.js';
import type { SagaDetails } from './saga-details.js';
import { SagaHead } from './saga-head.view.js';
import { orderNamesIn } from './saga-order.js';
import { Snapshots } from './snapshot.view.js';
import { snapshotsIn } from './snapshots.js';
import { timelineOf } from './timeline.js';
import { Timeline } from './timeline.view.js';

interface SagaPageProps {
  chrome: Chrome;
  operator: SignedIn;
  details: SagaDetails;
  now: Date;
  problem?: ActionProblem | undefined;
}

export const SagaPage = ({ chrome, operator, details, now, problem }: SagaPageProps) => (
  <Layout chrome={chrome} title={`Order ${orderNamesIn(details.saga.request).order}`} operator={operator}>
    {problem !== undefined && (
      <p class="problem" role="alert">
        {problem.message} {problem.code !== undefined && <code class="code">{problem.code}</code>}
      </p>
    )}
    <Live details={details} now={now} problem={problem} />
    <OperatorActions details={details} now={now} />
    <Requests details={details} />
    <OtherSagas details={details} now={now} />
  </Layout>
);

/** The part of the page that refreshes itself until the saga ends or stops. */
export const Live = ({ details, now, problem }: { details: SagaDetails; now: Date; problem?: ActionProblem | undefined }) => {
  const { saga, entries, order, actions, pause } = details;
  const isOpen = saga.phase !== 'ended' && saga.phase !== 'stopped';
  const refresh = isOpen
    ? { 'hx-get': `/sagas/${encodeURIComponent(saga._id)}/live`, 'hx-trigger': refreshEvery(saga), 'hx-swap': 'outerMorph', 'hx-status:401': sessionEnded, 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' }
    : {};
  return (
    <div id="live" {...refresh}>
      {saga.phase !== 'ended' && <QueuePaused pause={pause} now={now} />}
      <SagaHead saga={saga} now={now} />
      <Actions saga={saga} actions={actions} problem={problem} />
      <section aria-labelledby="timeline">
        <h2 id="timeline">Timeline</h2>
        <Timeline bars={timelineOf(saga, entries)} now={now} />
        <p class="legend quiet">Light: waiting, with its duration. Solid: an attempt. The time scale is logarithmic.</p>
      </section>
      <Snapshots snapshots={snapshotsIn(entries)} order={order} now={now} />
      <LogEntries entries={entries} now={now} />
    </div>
  );
};

const refreshEvery = ({ phase }: SagaDocument): string => (phase === 'running' ? 'every 2s' : 'every 5s');

const Requests = ({ details: { saga, entries } }: { details: SagaDetails }) => {
  const outbound = entries.findLast(({ outbound_request }) => Object.keys(outbound_request).length > 0)?.outbound_request;
  return (
    <section aria-labelledby="requests">
      <h2 id="requests">Requests</h2>
      <Json label="Request of the caller" value={saga.inbound_request} />
      <Json label="Normalized request" value={saga.request} />
      {outbound ? <Json label="Request to destination" value={outbound} /> : <p class="empty">No request to the destination found. It is built after the order is cleared.</p>}
    </section>
  );
};
