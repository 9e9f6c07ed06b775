import { dispatchResetStep } from '@crossroads/order-reset';
import type { Phase } from '@crossroads/saga';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { EntryDocument } from '../sagas/entry-document.js';
import type { SagaDocument } from '../sagas/saga-document.js';
import { isBlocked, unended } from '../sagas/saga-document.js';
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

/** `failing`: the newest attempt that the journals show has failed, or a circuit to the destination is open. */
export type DestinationHealth = 'healthy' | 'failing' | 'paused';

/** A destination for the operator pages. */
export interface DestinationView {
  instance: Omit<InstanceDocument, 'secret_ref'>;
  tenant_name: string;
  health: DestinationHealth;
  /** Number of sagas that wait for it because it fails or is paused. See `sagasCounted`. */
  blocked: number;
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

/** Newest successful sagas whose journals show that a destination has recovered. */
const successesRead = 200;

type OpenSaga = Pick<SagaDocument, '_id' | 'phase' | 'error' | 'updated_at'>;

/** An entry about a request to a destination. */
interface DispatchEntry extends Pick<EntryDocument, 'saga_id' | 'date' | 'title' | 'detail'> {
  instanceId: string | null | undefined;
}

/** Where the entry that found the order has the destination. */
const instanceId = 'journal.output.order.counterparty.instance_id';

interface FoundEntry extends Pick<EntryDocument, 'saga_id' | 'date' | 'title' | 'detail' | 'step'> {
  journal?: { output?: { order?: { counterparty: { instance_id: string | null } } } };
}

/** Reads what MongoDB stores about destinations: their settings, and the journals of open sagas. */
export const destinationViewRepository = ({ connection }: Store): DestinationViewRepository => ({
  destinations: () =>
    withStoreErrors(async () => {
      const sagas = () => rawCollection<SagaDocument>(connection, collections.sagas);
      const [instances, tenants, open, succeeded] = await Promise.all([
        rawCollection<InstanceDocument>(connection, collections.instances).find({}, { projection: { secret_ref: 0 } }).sort({ _id: 1 }).toArray(),
        rawCollection<TenantDocument>(connection, collections.tenants).find({}).toArray(),
        sagas()
          .find({ status: { $in: openStatuses }, phase: { $in: [...unended] }, step: dispatchResetStep }, { projection: { phase: 1, error: 1, updated_at: 1 }, sort: { _id: -1 }, limit: sagasCounted })
          .toArray(),
        sagas().find({ status: 'synced', phase: 'ended' }, { projection: { _id: 1 }, sort: { _id: -1 }, limit: successesRead }).toArray(),
      ]);
      const dispatchEntries = async (of: readonly { _id: string }[], more: object = {}): Promise<DispatchEntry[]> => {
        // The destination of a saga is in the entry that found its order.
        const found = await rawCollection<FoundEntry>(connection, collections.logs)
          .find(
            { saga_id: { $in: of.map(({ _id }) => _id) }, $or: [{ 'step.name': dispatchResetStep, ...more }, { 'journal.output.order': { $exists: true } }] },
            { projection: { saga_id: 1, date: 1, title: 1, detail: 1, 'step.name': 1, [instanceId]: 1 } },
          )
          .toArray();
        const instanceOf = new Map(found.flatMap(({ saga_id, journal }) => (journal?.output?.order ? [[saga_id, journal.output.order.counterparty.instance_id]] : [])));
        return found.filter(({ step }) => step.name === dispatchResetStep).map(({ saga_id, date, title, detail }) => ({ saga_id, date, title, ...(detail && { detail }), instanceId: instanceOf.get(saga_id) }));
      };
      const [entries, successes] = await Promise.all([dispatchEntries(open), dispatchEntries(succeeded, { 'step.outcome': 'done' })]);
      const names = new Map(tenants.map(({ _id, name }) => [_id, name]));
      return instances.map((instance) => {
        const about = entries.filter(({ instanceId: of }) => of === instance._id);
        const ids = new Set(about.map(({ saga_id }) => saga_id));
        const itsSagas = open.filter(({ _id }) => ids.has(_id));
        const itsSuccesses = successes.filter(({ instanceId: of }) => of === instance._id);
        return {
          instance,
          tenant_name: names.get(instance.tenant_id) ?? instance.tenant_id,
          health: instance.paused ? 'paused' : isFailing(itsSagas, itsSuccesses) ? 'failing' : 'healthy',
          blocked: itsSagas.filter(isBlocked).length,
          waiting: phasesOf(itsSagas),
          // The message of `destination.paused` is no longer true after a resume.
          troubles: troublesIn(about).filter(({ code }) => instance.paused || code !== 'destination.paused'),
        };
      });
    }),
});

/** Statuses of a saga at `dispatch-reset`. The query names them so that MongoDB uses the index on status and phase. */
const openStatuses: SagaDocument['status'][] = ['master_mapped', 'destination_mapped', 'requested', 'error'];

/** Codes of a destination that works: it was paused, or it limits its requests, or its people must decide. */
const codesOfAWorkingDestination: ReadonlySet<string> = new Set(['destination.paused', 'destination.busy', 'destination.throttled', 'destination.requested']);

/** Returns whether the newest failure is newer than the newest success. A failed attempt may be retried hours after the destination has recovered. */
const isFailing = (sagas: readonly OpenSaga[], successes: readonly DispatchEntry[]): boolean => {
  const lastSuccess = Math.max(0, ...successes.map(({ date }) => date.getTime()));
  return sagas.some(({ error, updated_at }) => error !== undefined && error.code.startsWith('destination.') && !codesOfAWorkingDestination.has(error.code) && updated_at.getTime() > lastSuccess);
};

const phasesOf = (sagas: Pick<SagaDocument, 'phase'>[]): DestinationView['waiting'] => {
  const counts: DestinationView['waiting'] = {};
  for (const { phase } of sagas) counts[phase] = (counts[phase] ?? 0) + 1;
  return counts;
};

const troublesIn = (entries: DispatchEntry[]): DestinationTrouble[] => {
  const byCode = new Map<string, DestinationTrouble>();
  for (const { saga_id, date, title, detail: { error, message = title } = {} } of entries.toSorted((a, b) => a.date.getTime() - b.date.getTime())) {
    if (error === undefined) continue;
    byCode.set(error, { code: error, message, times: (byCode.get(error)?.times ?? 0) + 1, last_at: date, saga_id });
  }
  return [...byCode.values()].sort((a, b) => b.last_at.getTime() - a.last_at.getTime());
};
