import { integrationStatus } from '@crossroads/contract';
import type { Phase } from '@crossroads/saga';
import type { SagaFilter } from '@crossroads/store';
import { inFlight, phases } from '@crossroads/store';
import { z } from 'zod';

/** The list's filters as they stand in the URL, so that a view is shared by copying the address. What makes no sense is left out. */
const filters = z.object({
  status: integrationStatus.optional().catch(undefined),
  phase: z.enum(phases).optional().catch(undefined),
  show: z.enum(['attention', 'in-flight']).optional().catch(undefined),
  tenant: z.string().trim().min(1).max(200).optional().catch(undefined),
  q: z.string().trim().min(1).max(1_000).optional().catch(undefined),
  before: z.string().regex(/^[0-9a-f-]{36}$/).optional().catch(undefined),
});

export type Filters = z.infer<typeof filters>;

export const readFilters = (query: unknown): Filters => filters.parse(query);

const shortcuts: Record<NonNullable<Filters['show']>, readonly Phase[]> = { attention: ['stopped'], 'in-flight': inFlight };

export const toSagaFilter = ({ status, phase, show }: Filters): SagaFilter => {
  const wanted = show ? shortcuts[show].filter((each) => phase === undefined || each === phase) : phase && [phase];
  return { ...(status && { statuses: [status] }), ...(wanted && { phases: wanted }) };
};

/** The list's address with some filters changed; `undefined` takes one away. A changed filter begins at the first page. */
export const hrefWith = (current: Filters, change: { [Name in keyof Filters]?: Filters[Name] | undefined }): string => {
  const given = Object.entries({ ...current, before: undefined, ...change }).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? '/sagas' : `/sagas?${new URLSearchParams(given).toString()}`;
};
