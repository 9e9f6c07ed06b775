import type { SagaFilter, SagaSearch } from '@crossroads/store';
import type { Filters } from './filters.js';
import { toSagaFilter } from './filters.js';
import { sagaIdsIn } from './pasted.js';

/** The sagas that the filters mean; `found` where the search has been made already. */
export const filterFor = async (filters: Filters, search: SagaSearch, found?: readonly string[]): Promise<SagaFilter> => {
  const tenantId = filters.tenant === undefined ? undefined : ((await search.tenantId(filters.tenant)) ?? filters.tenant);
  const ids = found ?? (filters.q === undefined ? undefined : (await search.find(sagaIdsIn(filters.q))).sagaIds);
  return { ...toSagaFilter(filters), ...(ids && { ids }), ...(tenantId !== undefined && { tenantId }) };
};
