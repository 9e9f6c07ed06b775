import { integrationStatus } from '@crossroads/contract';
import type { Phase } from '@crossroads/saga';
import type { SagaFilter, SagaSearch } from '@crossroads/store';
import { inFlight, phases } from '@crossroads/store';
import { z } from 'zod';
import { readQuery, withoutEmpty } from '../http/read-input.js';
import { extractId } from './saga-id.js';

const cursor = z.string().regex(/^[0-9a-f-]{36}$/, 'must be the id of a saga');

/**
 * The filters of the list, the API and the bulk actions. They are in the URL, so that operators can send it to a colleague.
 * A wrong or unknown filter is an error: without it, more resets would match than the operator wanted.
 */
export const filterFields = z.strictObject({
  status: integrationStatus.optional(),
  phase: z.enum(phases).optional(),
  show: z.enum(['attention', 'blocked', 'in-flight']).optional(),
  tenant: z.string().trim().min(1).max(200).optional(),
  q: z.string().trim().min(1).max(1_000).optional(),
  before: cursor.optional(),
  after: cursor.optional(),
});

export type Filters = z.infer<typeof filterFields>;

/** Reads the filters of the list. Throws PageError 400. */
export const readFilters = (query: object): Filters => readQuery(filterFields, withoutEmpty(query, ['tenant', 'q']), '/sagas');

const matchingFields = filterFields.omit({ before: true, after: true });

/** Reads the filters of a bulk action: all pages of the list, so no position. Throws PageError 400. An empty filter is an error too. */
export const readBulkFilters = (given: object): Filters => readQuery(matchingFields, given, '/sagas');

const shortcuts: Record<NonNullable<Filters['show']>, readonly Phase[]> = { attention: ['stopped'], blocked: ['waiting'], 'in-flight': inFlight };

const toSagaFilter = ({ status, phase, show }: Filters): SagaFilter => {
  const wanted = show ? shortcuts[show].filter((each) => phase === undefined || each === phase) : phase && [phase];
  return { ...(status && { statuses: [status] }), ...(wanted && { phases: wanted }), ...(show === 'blocked' && wanted?.length && { blocked: true }) };
};

/** Returns the store's filter for the filters of the list. `foundIds` are the results of a search for `q` that has already run. */
export const sagaFilterFor = async (filters: Filters, search: SagaSearch, foundIds?: readonly string[]): Promise<SagaFilter> => {
  const tenantId = filters.tenant === undefined ? undefined : ((await search.tenantId(filters.tenant)) ?? filters.tenant);
  const ids = foundIds ?? (filters.q === undefined ? undefined : (await search.find(extractId(filters.q))).sagaIds);
  return { ...toSagaFilter(filters), ...(ids && { ids }), ...(tenantId !== undefined && { tenantId }) };
};

/** Returns the URL of the list with some filters changed, at its first page. `undefined` removes a filter. */
export const hrefWith = (current: Filters, change: { [Name in keyof Filters]?: Filters[Name] | undefined }): string => {
  const given = Object.entries({ ...current, before: undefined, after: undefined, ...change }).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? '/sagas' : `/sagas?${new URLSearchParams(given).toString()}`;
};
