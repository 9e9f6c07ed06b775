import type { DestinationHealth, DestinationView } from '@crossroads/store';
import { sagasCounted } from '@crossroads/store';
import type { Phase } from '@crossroads/saga';
import type { SignedIn } from '../login/signed-in.js';
import { plural } from '../page/counts.js';
import { Property } from '../page/structured-value.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { phaseLabel } from '../page/pills.js';
import { redactText } from '../page/redact.js';
import { Ago } from '../page/times.js';

interface DestinationsPageProps {
  chrome: Chrome;
  operator: SignedIn;
  destinations: DestinationView[];
  now: Date;
  problem?: string | undefined;
}

export const DestinationsPage = ({ chrome, operator, destinations, now, problem }: DestinationsPageProps) => (
  <Layout chrome={chrome} title="Destinations" operator={operator}>
    <h1>Destinations</h1>
    {problem !== undefined && (
      <p class="problem" role="alert">
        {problem}
      </p>
    )}
    <p class="quiet">
      Systems that receive resets. Counts and codes are from the logs of the newest {sagasCounted} open sagas at <code>dispatch-reset</code>. Each worker has its own circuit breaker: an
      open circuit is listed as <code class="code">destination.circuit_open</code>.
    </p>
    {destinations.length === 0 && <p class="empty">No destinations found.</p>}
    <div class="stack">
      {destinations.map((destination) => (
        <Destination key={destination.instance._id} destination={destination} mayAct={operator.role === 'operator'} now={now} />
      ))}
    </div>
  </Layout>
);

const Destination = ({ destination: { instance, tenant_name, health, blocked, waiting, troubles }, mayAct, now }: { destination: DestinationView; mayAct: boolean; now: Date }) => {
  const open = Object.entries(waiting);
  return (
    <article class="card destination" aria-labelledby={`name-${instance._id}`} data-testid="destination">
      <h2 id={`name-${instance._id}`}>
        {tenant_name}: {instance.name} <HealthPill health={health} />
      </h2>
      {health === 'failing' && (
        <p class="warning">
          {blocked > 0
            ? 'Its requests fail, and the circuit is open: each worker sends one request every ten seconds until the destination recovers. Blocked resets use no attempts.'
            : 'Its requests fail. Each of its resets is retried, and stops after the last attempt.'}
        </p>
      )}
      {/* After a recovery or a resume, each blocked reset still waits for its next attempt. */}
      {health === 'healthy' && blocked > 0 && <p class="quiet">{plural(blocked, 'blocked reset')} will continue within five minutes.</p>}
      {instance.paused && <p class="warning">{redactText(instance.paused_reason ?? 'Paused without a reason.')}</p>}
      <dl class="properties">
        <Property name="Adapter">{instance.source_system}</Property>
        <Property name="Address">
          <code>{redactText(instance.url)}</code>
        </Property>
        <Property name="On rejection">{instance.on_rejection === 'keep' ? 'keep the order cleared' : 'restore the order'}</Property>
        <Property name="Open resets">{open.length === 0 ? 'none' : open.map(([phase, count]) => `${count} ${phaseLabel(phase as Phase)}`).join(', ')}</Property>
        <Property name="Blocked resets">{blocked === 0 ? 'none' : blocked}</Property>
        <Property name="Id">
          <code>{instance._id}</code>
        </Property>
      </dl>
      {troubles.length > 0 && <Errors errors={troubles} now={now} />}
      {mayAct && <Pause id={instance._id} paused={instance.paused ?? false} />}
    </article>
  );
};

const healthTones: Record<DestinationHealth, string> = { healthy: 'good', failing: 'bad', paused: 'warn' };

const healthWords: Record<DestinationHealth, string> = { healthy: 'Healthy', failing: 'Failing', paused: 'Paused' };

const HealthPill = ({ health }: { health: DestinationHealth }) => (
  <span class={`pill ${healthTones[health]}`} data-testid="health">
    {healthWords[health]}
  </span>
);

const Errors = ({ errors, now }: { errors: DestinationView['troubles']; now: Date }) => (
  <ul class="errors" aria-label="Codes in the logs of its open resets">
    {errors.map(({ code, message, times, last_at, saga_id }) => (
      <li key={code}>
        <code class="code">{code}</code> {times > 1 && <span class="quiet">{times} times, last</span>}{' '}
        <a href={`/sagas/${encodeURIComponent(saga_id)}`}>
          <Ago at={last_at} now={now} />
        </a>
        : {redactText(message)}
      </li>
    ))}
  </ul>
);

const Pause = ({ id, paused }: { id: string; paused: boolean }) => (
  <details class="action">
    <summary class="button">{paused ? 'Resume deliveries' : 'Pause deliveries'}</summary>
    <form action={`/destinations/${encodeURIComponent(id)}/${paused ? 'resume' : 'pause'}`} method="post">
      <p>
        {paused
          ? 'Waiting resets continue within five minutes. To continue at once, apply “Retry now” to them in the list of resets.'
          : 'No requests are sent until an operator resumes this destination. Its resets wait without using attempts. Other destinations are not affected.'}
      </p>
      <label>
        Reason <input name="reason" required minlength={3} maxlength={500} autocomplete="off" />
      </label>
      <button class="primary">{paused ? 'Resume deliveries' : 'Pause deliveries'}</button>
    </form>
  </details>
);
