import { integrationStatus } from '@crossroads/contract';
import type { SagaCounts, SagaRow } from '@crossroads/store';
import { countedUpTo, phases } from '@crossroads/store';
import type { SignedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { PhasePill, StatusPill, phaseDescription } from '../page/pills.js';
import { relative } from '../page/times.js';
import type { QueuePause } from '../queue-pause/queue-pause.js';
import { QueuePaused } from '../queue-pause/queue-pause.view.js';
import { SagaTable } from '../sagas/saga-table.js';

export interface Landing {
  counts: SagaCounts;
  oldest: SagaRow | undefined;
  overdue: number;
  attention: SagaRow[];
  /** Undefined when Redis did not say. */
  workers: number | undefined;
  pause: QueuePause | undefined;
}

export const LandingPage = ({ chrome, operator, landing, now }: { chrome: Chrome; operator: SignedIn; landing: Landing; now: Date }) => (
  <Layout chrome={chrome} title="Overview" operator={operator}>
    <h1>Overview</h1>
    <ul class="tiles">
      <Tile href="/sagas?show=attention" label="need attention" value={shown(landing.counts.phase.stopped)} tone={landing.counts.phase.stopped > 0 ? 'bad' : 'good'} />
      <Tile href="/sagas?phase=retrying" label="are retrying" value={shown(landing.counts.phase.retrying)} tone={landing.counts.phase.retrying > 0 ? 'warn' : 'good'} />
      <Tile href="/sagas?show=in-flight" label="oldest under way" value={landing.oldest ? relative(landing.oldest.accepted_at, now).replace(' ago', '') : 'none'} tone="quiet" />
      <Tile href="/sagas?show=in-flight" label="due, not taken up" value={shown(landing.overdue)} tone={landing.overdue > 0 ? 'bad' : 'good'} />
      <Tile href="/queues" label={landing.workers === undefined ? 'Redis does not answer' : 'workers connected'} value={landing.workers ?? '?'} tone={landing.workers ? 'good' : 'bad'} />
    </ul>
    <QueuePaused pause={landing.pause} now={now} />
    {landing.workers === 0 && <p class="warning">No worker is connected, so no saga moves. Start one; nothing is lost meanwhile.</p>}
    {landing.workers === undefined && <p class="warning">Redis does not answer. Accepted sagas are safe in MongoDB and go on once it is back.</p>}
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
                <td class="number">{shown(landing.counts.status[status])}</td>
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
                <td class="number">{shown(landing.counts.phase[phase])}</td>
                <td class="quiet">{phaseDescription[phase]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
    <section aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      {landing.attention.length === 0 ? <p class="empty">Nothing. Every saga moves or has ended.</p> : <SagaTable sagas={landing.attention} now={now} />}
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

export const shown = (count: number): string => (count >= countedUpTo ? `${countedUpTo.toLocaleString('en')}+` : count.toLocaleString('en'));
