import type { OrderView } from '@crossroads/store';
import { Clock } from '../page/times.js';
import { StructuredValue } from '../page/structured-value.js';
import type { SavedSnapshot } from './snapshots.js';

/** Items shown of one list. The raw JSON has all of them. */
const maxItems = 20;

/** Shows the saved snapshot beside the current order. */
export const Snapshots = ({ snapshots, order, now }: { snapshots: SavedSnapshot[]; order: OrderView | undefined; now: Date }) => {
  const [latest, ...earlier] = snapshots;
  return (
    <section aria-labelledby="snapshot">
      <h2 id="snapshot">Snapshot vs. current order</h2>
      <div class="columns">
        <article class="card">
          <h3>Snapshot before clearing</h3>
          {latest ? <SnapshotView snapshot={latest} now={now} /> : <p class="empty">No snapshot found. The saga has cleared nothing: it saves a snapshot first.</p>}
          {earlier.map((snapshot) => (
            <details key={snapshot.seq}>
              <summary>Earlier snapshot, of version {snapshot.version}: the order changed after this snapshot</summary>
              <SnapshotView snapshot={snapshot} now={now} />
            </details>
          ))}
        </article>
        <article class="card">
          <h3>Current order</h3>
          {order ? (
            <>
              <p class="quiet">
                Version {order.version}, progression <strong>{order.progression_state}</strong>, status {order.status}.{' '}
                <a href={`/orders/${order.order_id}`}>All resets of this order</a>
              </p>
              <DeliveryLists {...order} />
            </>
          ) : (
            <p class="empty">No order found for this saga.</p>
          )}
        </article>
      </div>
    </section>
  );
};

const SnapshotView = ({ snapshot, now }: { snapshot: SavedSnapshot; now: Date }) => (
  <>
    <p class="quiet">
      Version {snapshot.version}, progression <strong>{snapshot.progression_state}</strong>, saved <Clock at={snapshot.at} now={now} />.{' '}
      <abbr title={`SHA-256 ${snapshot.sha256}`}>Checksum</abbr>
    </p>
    <DeliveryLists {...snapshot} />
  </>
);

const DeliveryLists = ({ bols, executed_drops }: { bols: unknown[]; executed_drops: unknown[] }) => (
  <>
    <ItemList name="BOLs" items={bols} />
    <ItemList name="Executed drops" items={executed_drops} />
  </>
);

const ItemList = ({ name, items }: { name: string; items: unknown[] }) => (
  <details class="items" open={items.length > 0 && items.length <= 3}>
    <summary>
      {name} <span class="count">{items.length}</span>
    </summary>
    {items.length > 0 && (
      <div class="structured-value">
        <StructuredValue value={items.slice(0, maxItems)} />
      </div>
    )}
    {items.length > maxItems && <p class="quiet">{items.length - maxItems} more in the raw JSON.</p>}
  </details>
);
