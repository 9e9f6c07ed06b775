import { dispatchResetStep } from '@crossroads/order-reset';
import type { Phase } from '@crossroads/saga';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { EntryDocument } from '../sagas/entry-document.js';
import type { SagaDocument } from '../sagas/saga-document.js';
import { unended } from '../sagas/saga-document.js';
import type { InstanceDocument, TenantDocument } from './directory.repository.js';

/** The newest journal entry with one error code at a destination. */
export interface DestinationTrouble {
  code: string;
  message: string;
  /** Number of entries with the code, among those that were read. */
  times: number;
  last_at: Date;
  saga_id: string;
}

/** A destination for the operator pages. */
export interface DestinationView {
  instance: Omit<InstanceDocument, 'secret_ref'>;
  tenant_name: string;
  /** Counts of sagas that wait for it, by phase. See `sagasCounted`. */
  waiting: Partial<Record<Phase, number>>;
  /** Newest first. */
  troubles: DestinationTrouble[];
}

export interface DestinationViewRepository {
  destinations(): Promise<DestinationView[]>;
}

/** Newest sagas at `dispatch-reset` that are read for the page. The limit keeps the query fast. */
export const sagasCounted = 500;

type DispatchEntry = Pick<EntryDocument, 'saga_id' | 'date' | 'detail' | 'routing'>;

/** Reads what MongoDB stores about destinations: their settings, and the journals of open sagas. */
export const destinationViewRepository = ({ connection }: Store): DestinationViewRepository => ({
  destinations: () =>
    withStoreErrors(async () => {
      const [instances, tenants, open] = await Promise.all([
        rawCollection<InstanceDocument>(connection, collections.instances).find({}, { projection: { secret_ref: 0 } }).sort({ _id: 1 }).toArray(),
        rawCollection<TenantDocument>(connection, collections.tenants).find({}).toArray(),
        rawCollection<SagaDocument>(connection, collections.sagas)
          .find({ status: { $in: openStatuses }, phase: { $in: [...unended] }, step: dispatchResetStep }, { projection: { phase: 1 }, sort: { _id: -1 }, limit: sagasCounted })
          .toArray(),
      ]);
      const entries = await rawCollection<EntryDocument>(connection, collections.logs)
        .find({ saga_id: { $in: open.map(({ _id }) => _id) }, 'step.name': dispatchResetStep }, { projection: { saga_id: 1, date: 1, detail: 1, routing: 1 } })
        .toArray();
      const names = new Map(tenants.map(({ _id, name }) => [_id, name]));
      return instances.map((instance) => {
        const about = entries.filter(({ routing }) => routing.destination_instance_id === instance._id);
        const sagas = new Set(about.map(({ saga_id }) => saga_id));
        return {
          instance,
          tenant_name: names.get(instance.tenant_id) ?? instance.tenant_id,
          waiting: phasesOf(open.filter(({ _id }) => sagas.has(_id))),
          troubles: troublesIn(about),
        };
      });
    }),
});

/** Statuses of a saga at `dispatch-reset`. The query names them so that MongoDB uses the index on status and phase. */
const openStatuses: SagaDocument['status'][] = ['master_mapped', 'destination_mapped', 'requested', 'error'];

const phasesOf = (sagas: Pick<SagaDocument, 'phase'>[]): DestinationView['waiting'] => {
  const counts: DestinationView['waiting'] = {};
  for (const { phase } of sagas) counts[phase] = (counts[phase] ?? 0) + 1;
  return counts;
};

const troublesIn = (entries: DispatchEntry[]): DestinationTrouble[] => {
  const byCode = new Map<string, DestinationTrouble>();
  for (const { saga_id, date, detail } of entries.toSorted((a, b) => a.date.getTime() - b.date.getTime())) {
    if (detail.error === null) continue;
    byCode.set(detail.error, { code: detail.error, message: detail.message, times: (byCode.get(detail.error)?.times ?? 0) + 1, last_at: date, saga_id });
  }
  return [...byCode.values()].sort((a, b) => b.last_at.getTime() - a.last_at.getTime());
};
