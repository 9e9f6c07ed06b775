import type { EntryDocument, SagaDocument } from '@crossroads/store';

/** The order a saga is about, as its journal found it or its request named it. */
export const orderIdIn = ({ request }: Pick<SagaDocument, 'request'>, entries: readonly EntryDocument[]): string | undefined =>
  entries.findLast(({ metadata }) => metadata.crossroads_order_id !== null)?.metadata.crossroads_order_id ?? (request as { order?: { order_id?: string } }).order?.order_id;
