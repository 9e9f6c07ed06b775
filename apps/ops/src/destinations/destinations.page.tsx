import type { DestinationView } from '@crossroads/store';
import { sagasCounted } from '@crossroads/store';
import type { SignedIn } from '../login/signed-in.js';
import { Fact } from '../page/fact.js';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
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
      Where resets are sent. Counts and troubles come from the logs of the newest {sagasCounted} sagas that wait at <code>dispatch-reset</code>; each worker keeps its own
      breaker, and says so in the log as <code class="code">destination.circuit_open</code>.
    </p>
    {destinations.length === 0 && <p class="empty">No destination is known yet.</p>}
    <div class="stack">
      {destinations.map((destination) => (
        <Destination key={destination.instance._id} destination={destination} mayAct={operator.role === 'operator'} now={now} />
      ))}
    </div>
  </Layout>
);

const Destination = ({ destination: { instance, tenant_name, waiting, troubles }, mayAct, now }: { destination: DestinationView; mayAct: boolean; now: Date }) => {
  const open = Object.entries(waiting);
  return (
    <article class="card destination" aria-labelledby={`name-${instance._id}`} data-testid="destination">
      <h2 id={`name-${instance._id}`}>
        {tenant_name}: {instance.name} {instance.paused ? <span class="pill warn">paused</span> : <span class="pill good">open</span>}
      </h2>
      {instance.paused && <p class="warning">{redactText(instance.paused_reason ?? 'Paused; nobody wrote down why.')}</p>}
      <dl class="head-facts">
        <Fact name="Adapter">{instance.source_system}</Fact>
        <Fact name="Address">
          <code>{redactText(instance.url)}</code>
        </Fact>
        <Fact name="When it refuses">{instance.on_rejection === 'keep' ? 'the order stays cleared' : 'the order is put back'}</Fact>
        <Fact name="Open sagas">{open.length === 0 ? 'none' : open.map(([phase, count]) => `${count} ${phase}`).join(', ')}</Fact>
        <Fact name="Id">
          <code>{instance._id}</code>
        </Fact>
      </dl>
      {troubles.length > 0 && <Troubles troubles={troubles} now={now} />}
      {mayAct && <Pause id={instance._id} paused={instance.paused ?? false} />}
    </article>
  );
};

const Troubles = ({ troubles, now }: Pick<DestinationView, 'troubles'> & { now: Date }) => (
  <ul class="troubles" aria-label="What the logs of its open sagas tell">
    {troubles.map(({ code, message, times, last_at, saga_id }) => (
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
    <summary class="button">{paused ? 'Let it go on' : 'Pause'}</summary>
    <form action={`/destinations/${encodeURIComponent(id)}/${paused ? 'resume' : 'pause'}`} method="post">
      <p>
        {paused
          ? 'Sagas that wait for it look again within five minutes. To make them go at once, use “Run the next attempt now” on the list.'
          : 'Nothing is sent there until somebody lets it go on. Its sagas wait and use up no attempts; other destinations are not touched.'}
      </p>
      <label>
        Reason <input name="reason" required minlength={3} maxlength={500} autocomplete="off" />
      </label>
      <button class="primary">{paused ? 'Let it go on' : 'Pause'}</button>
    </form>
  </details>
);
