import type { SagaDocument } from '@crossroads/store';
import type { CommandName } from '../commands/commands.js';
import { isBeingRun } from '../commands/until-moved.js';
import type { SignedIn } from '../login/signed-in.js';
import { Json } from '../page/json.js';
import type { Chrome } from '../page/layout.js';
import { Layout, sessionEnded } from '../page/layout.js';
import { QueuePaused } from '../queue/queue-paused.view.js';
import type { ActionProblem } from './actions.js';
import { actionFor } from './actions.js';
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
  /** The command that the operator has just given. */
  requested?: CommandName | undefined;
}

export const SagaPage = ({ chrome, operator, details, now, problem, requested }: SagaPageProps) => (
  <Layout chrome={chrome} title={`Order ${orderNamesIn(details.saga.request).order}`} operator={operator}>
    {problem !== undefined && (
      <p class="problem" role="alert">
        {problem.message} {problem.code !== undefined && <code class="code">{problem.code}</code>}
      </p>
    )}
    <Live details={details} now={now} problem={problem} requested={requested} />
    <OperatorActions details={details} now={now} />
    <Requests details={details} />
    <OtherSagas details={details} now={now} />
  </Layout>
);

/** The part of the page that refreshes itself until the saga ends or stops. */
export const Live = ({ details, now, problem, requested }: Pick<SagaPageProps, 'details' | 'now' | 'problem' | 'requested'>) => {
  const { saga, entries, order, actions, pause } = details;
  const isOpen = saga.phase !== 'ended' && saga.phase !== 'stopped';
  const refresh = isOpen
    ? { 'hx-get': `/sagas/${encodeURIComponent(saga._id)}/live${requested ? `?requested=${requested}` : ''}`, 'hx-trigger': refreshEvery(saga, now), 'hx-swap': 'outerMorph', 'hx-status:401': sessionEnded, 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' }
    : {};
  return (
    <div id="live" {...refresh}>
      {saga.phase !== 'ended' && <QueuePaused pause={pause} now={now} />}
      {requested && isBeingRun(saga, now) && <Requested label={actionFor(requested).label} />}
      <SagaHead details={details} now={now} />
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

const Requested = ({ label }: { label: string }) => (
  <p class="warning" role="status" data-testid="requested">
    {label} was requested, and a worker has not finished it yet. The state below may be from before the request. This page refreshes by itself.
    <noscript> Without scripts, press Refresh below.</noscript>
  </p>
);

const refreshEvery = (saga: SagaDocument, now: Date): string => (saga.phase === 'running' || isBeingRun(saga, now) ? 'every 2s' : 'every 5s');

const Requests = ({ details: { saga, entries } }: { details: SagaDetails }) => {
  const outbound = entries.findLast(({ outbound_request }) => Object.keys(outbound_request).length > 0)?.outbound_request;
  return (
    <section aria-labelledby="requests">
      <h2 id="requests">Requests</h2>
      <Json label="Request of the caller" value={saga.inbound_request} />
      <Json label="Normalized request" value={saga.request} />
      {outbound ? <Json label="Request to destination" value={outbound} /> : <p class="empty">No request to the destination found. The request is built after the order is cleared.</p>}
    </section>
  );
};
