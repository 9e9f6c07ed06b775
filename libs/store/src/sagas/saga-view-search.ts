import mongoose from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { EntryDocument } from './entry-document.js';
import type { SagaDocument } from './saga-document.js';

const { ObjectId } = mongoose.mongo;

export interface Found {
  /** Newest first. */
  sagaIds: string[];
  orderIds: string[];
  /** Whether more sagas match than were returned. */
  hasMore: boolean;
}

export interface SagaSearch {
  /** Finds sagas and orders by saga id, correlation id, order id, or the order's number at either end. */
  find(text: string): Promise<Found>;
  /** Returns the id of the tenant with that id or name. */
  tenantId(idOrName: string): Promise<string | undefined>;
}

/** Hits returned at most. */
export const maxHits = 200;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const objectId = /^[0-9a-f]{24}$/i;

/** Finds by index only. Finds orders first and then the sagas about them, since a saga may use another name of the order. */
export const sagaSearch = ({ connection }: Store): SagaSearch => {
  const sagas = () => rawCollection<SagaDocument>(connection, collections.sagas);
  const orders = () => rawCollection(connection, collections.orders);
  const logs = () => rawCollection<EntryDocument>(connection, collections.logs);

  const namedSagas = async (text: string): Promise<string[]> => {
    // The indexes begin with the tenant, and there are few tenants.
    const tenant_id = { $in: await sagas().distinct('tenant_id') };
    const names = [{ tenant_id, correlation_id: text }, { 'request.order.order_number': text }, ...(uuid.test(text) ? [{ _id: text.toLowerCase() }] : [])];
    const found = await sagas().find({ $or: names }, { projection: { _id: 1 } }).limit(maxHits + 1).toArray();
    return found.map(({ _id }) => _id);
  };

  const namedOrders = async (text: string): Promise<string[]> => {
    const [origins, destinations] = await Promise.all(
      ['routing.origin_tenant_id', 'routing.destination_tenant_id'].map((end) => orders().distinct(end)),
    );
    const names = [
      { 'routing.origin_tenant_id': { $in: origins }, origin_order_number: text },
      { 'routing.destination_tenant_id': { $in: destinations }, destination_order_number: text },
      ...(objectId.test(text) ? [{ _id: new ObjectId(text) }] : []),
    ];
    const found = await orders().find({ $or: names }, { projection: { _id: 1 } }).limit(maxHits).toArray();
    return found.map(({ _id }) => String(_id));
  };

  return {
    find: (text) =>
      withStoreErrors(async () => {
        const [sagas, orderIds] = await Promise.all([namedSagas(text), namedOrders(text)]);
        const given = objectId.test(text) ? [text, text.toLowerCase()] : [];
        const about = await logs().distinct('saga_id', { 'metadata.crossroads_order_id': { $in: [...orderIds, ...given] } });
        const sagaIds = [...new Set([...sagas, ...about])].sort().reverse();
        return { sagaIds: sagaIds.slice(0, maxHits), orderIds, hasMore: sagaIds.length > maxHits };
      }),

    tenantId: (idOrName) =>
      withStoreErrors(async () => {
        const tenants = rawCollection<{ _id: string; name: string }>(connection, collections.tenants);
        return (await tenants.findOne({ $or: [{ _id: idOrName }, { name: idOrName }] }))?._id;
      }),
  };
};
