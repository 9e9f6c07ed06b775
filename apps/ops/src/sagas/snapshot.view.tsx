import type { OrderView } from '@crossroads/store';
import { Clock } from '../page/times.js';
import { Metadata } from './metadata.js';
import type { SavedSnapshot } from './snapshots.js';

/** Items laid out of one list; all of them are in the raw JSON. */
const mostShown = 20;

/** What the saga saved, beside the order as it is now: what is missing on the right can be put back from the left. */
export const Snapshots = ({ snapshots, order, now }: { snapshots: SavedSnapshot[]; order: OrderView | undefined; now: Date }) => {
  const [latest, ...earlier] = snapshots;
  return (
    <section aria-labelledby="snapshot">
      <h2 id="snapshot">What was saved, and the order now</h2>
      <div class="columns">
        <article class="card">
          <h3>Saved before clearing</h3>
          {latest ? <Saved snapshot={latest} now={now} /> : <p class="empty">Nothing yet. Nothing is cleared before it has been saved here.</p>}
          {earlier.map((snapshot) => (
            <details key={snapshot.seq}>
              <summary>An earlier save, at version {snapshot.version}: the order moved on afterwards</summary>
              <Saved snapshot={snapshot} now={now} />
            </details>
          ))}
        </article>
        <article class="card">
          <h3>The order now</h3>
          {order ? (
            <>
              <p class="quiet">
                Version {order.version}, progression <strong>{order.progression_state}</strong>, status {order.status}.{' '}
                <a href={`/orders/${order.order_id}`}>All resets of this order</a>
              </p>
              <Deliveries {...order} />
            </>
          ) : (
            <p class="empty">The saga has not found its order.</p>
          )}
        </article>
      </div>
    </section>
  );
};

const Saved = ({ snapshot, now }: { snapshot: SavedSnapshot; now: Date }) => (
  <>
    <p class="quiet">
      Version {snapshot.version}, progression <strong>{snapshot.progression_state}</strong>, saved <Clock at={snapshot.at} now={now} />.{' '}
      <abbr title={`SHA-256 ${snapshot.sha256}`}>Checksum</abbr>
    </p>
    <Deliveries {...snapshot} />
  </>
);

const Deliveries = ({ bols, executed_drops }: { bols: unknown[]; executed_drops: unknown[] }) => (
  <>
    <List name="BOLs" items={bols} />
    <List name="Executed drops" items={executed_drops} />
  </>
);

const List = ({ name, items }: { name: string; items: unknown[] }) => (
  <details class="items" open={items.length > 0 && items.length <= 3}>
    <summary>
      {name} <span class="count">{items.length}</span>
    </summary>
    {items.length > 0 && (
      <div class="facts">
        <Metadata value={items.slice(0, mostShown)} />
      </div>
    )}
    {items.length > mostShown && <p class="quiet">{items.length - mostShown} more in the raw JSON.</p>}
  </details>
);
