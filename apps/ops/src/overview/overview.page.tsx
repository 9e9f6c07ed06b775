import { integrationStatus } from '@crossroads/contract';
import type { SagaCounts, SagaRow } from '@crossroads/store';
import { phases } from '@crossroads/store';
import type { SignedIn } from '../login/signed-in.js';
import { formatCount } from '../page/counts.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { PhasePill, StatusPill, phaseDescription } from '../page/pills.js';
import { relative } from '../page/times.js';
import type { QueuePause } from '../queue/queue-status.js';
import { QueuePaused } from '../queue/queue-paused.view.js';
import { SagaTable } from '../sagas/saga-table.js';

export interface Overview {
  counts: SagaCounts;
  oldest: SagaRow | undefined;
  overdue: number;
  attention: SagaRow[];
  /** Undefined when Redis is unavailable. */
  workers: number | undefined;
  pause: QueuePause | undefined;
}

export const OverviewPage = ({ chrome, operator, overview, now }: { chrome: Chrome; operator: SignedIn; overview: Overview; now: Date }) => (
  <Layout chrome={chrome} title="Overview" operator={operator}>
    <h1>Overview</h1>
    <ul class="tiles">
      <Tile href="/sagas?show=attention" label="need attention" value={formatCount(overview.counts.phase.stopped)} tone={overview.counts.phase.stopped > 0 ? 'bad' : 'good'} />
      <Tile href="/sagas?show=blocked" label="blocked by a destination" value={formatCount(overview.counts.blocked)} tone={overview.counts.blocked > 0 ? 'bad' : 'good'} />
      <Tile href="/sagas?phase=retrying" label="are retrying" value={formatCount(overview.counts.phase.retrying)} tone={overview.counts.phase.retrying > 0 ? 'warn' : 'good'} />
      <Tile href="/sagas?show=in-flight" label="oldest open reset" value={overview.oldest ? relative(overview.oldest.accepted_at, now).replace(' ago', '') : 'none'} tone="quiet" />
      <Tile href="/sagas?show=in-flight" label="overdue (no worker)" value={formatCount(overview.overdue)} tone={overview.overdue > 0 ? 'bad' : 'good'} />
      <Tile href="/queues" label={overview.workers === undefined ? 'Redis unavailable' : 'workers connected'} value={overview.workers ?? '?'} tone={overview.workers ? 'good' : 'bad'} />
    </ul>
    <QueuePaused pause={overview.pause} now={now} />
    {overview.workers === 0 && <p class="warning">No worker is connected, so no saga is processed. Start a worker. Accepted sagas are safe.</p>}
    {overview.workers === undefined && <p class="warning">Redis is unavailable, so no saga is processed. Start Redis. Accepted sagas are safe in MongoDB and continue then.</p>}
    {overview.counts.blocked > 0 && (
      <p class="warning">
        A destination that fails or is paused blocks <a href="/sagas?show=blocked">{formatCount(overview.counts.blocked)} resets</a>. Blocked resets use no attempts.{' '}
        <a href="/destinations">Destinations</a> shows which one and why.
      </p>
    )}
    <div class="columns">
      <section aria-labelledby="by-status">
        <h2 id="by-status">By status</h2>
        <table class="counts">
          <tbody>
            {integrationStatus.options.map((status) => (
              <tr key={status}>
                <th scope="row">
                  <a href={`/sagas?status=${status}`}>
                    <StatusPill status={status} />
                  </a>
                </th>
                <td class="number">{formatCount(overview.counts.status[status])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section aria-labelledby="by-phase">
        <h2 id="by-phase">By phase</h2>
        <table class="counts">
          <tbody>
            {phases.map((phase) => (
              <tr key={phase}>
                <th scope="row">
                  <a href={`/sagas?phase=${phase}`}>
                    <PhasePill phase={phase} />
                  </a>
                </th>
                <td class="number">{formatCount(overview.counts.phase[phase])}</td>
                <td class="quiet">{phaseDescription[phase]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
    <section aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      {overview.attention.length === 0 ? <p class="empty">No stopped resets found.</p> : <SagaTable sagas={overview.attention} now={now} />}
    </section>
  </Layout>
);

const Tile = ({ href, label, value, tone }: { href: string; label: string; value: string | number; tone: string }) => (
  <li>
    <a class={`tile ${tone}`} href={href}>
      <strong>{value}</strong>
      <span>{label}</span>
    </a>
  </li>
);
