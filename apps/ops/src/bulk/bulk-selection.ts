import type { SagaRow, SagaSearch, SagaViewRepository } from '@crossroads/store';
import { z } from 'zod';
import type { AvailableCommands, CommandName } from '../commands/commands.js';
import { availableNames, isAllowed } from '../sagas/actions.js';
import type { Filters } from '../sagas/filters.js';
import { readBulkFilters, sagaFilterFor } from '../sagas/filters.js';
import { extractId } from '../sagas/saga-id.js';

/** Limit of one bulk action. */
export const maxBulkSize = 5_000;

const batchSize = 500;

/** The action that an operator chose on the list, for the selected sagas or for all that match the filters. */
export interface BulkSelection {
  action: CommandName;
  scope: 'selected' | 'matching';
  ids: string[];
  filters: Filters;
}

const selectionFields = z.object({
  action: z.string(),
  scope: z.enum(['selected', 'matching']),
  saga: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((ids) => (ids === undefined ? [] : [ids].flat())),
});

/** Fields of the confirmation form, which its route reads. */
const confirmationFields = ['eligible', 'reason'];

/** Returns undefined when no action is selected or the action is not available. Throws PageError 400 for a wrong filter. */
export const readSelection = (given: unknown, commands: AvailableCommands): BulkSelection | undefined => {
  const { success, data } = selectionFields.safeParse(given);
  const action = success ? availableNames(commands).find((name) => name === data.action) : undefined;
  if (!success || !action) return undefined;
  const others = Object.entries(given as object).filter(([name]) => !Object.hasOwn(selectionFields.shape, name) && !confirmationFields.includes(name));
  return { action, scope: data.scope, ids: [...new Set(data.saga)].slice(0, maxBulkSize), filters: readBulkFilters(Object.fromEntries(others)) };
};

/** The sagas of a selection. A saga is eligible if its state allows the action. */
export interface SelectedSagas {
  eligible: SagaRow[];
  ineligible: SagaRow[];
  /** Whether more sagas match than a search returns or one bulk action may have. */
  hasMore: boolean;
}

export const findSelected = async ({ action, scope, ids, filters }: BulkSelection, { view, search }: { view: Pick<SagaViewRepository, 'list'>; search: SagaSearch }): Promise<SelectedSagas> => {
  // "All matching" includes the sagas on earlier pages of the list.
  const found = scope === 'selected' || filters.q === undefined ? undefined : await search.find(extractId(filters.q));
  const filter = scope === 'selected' ? { ids } : await sagaFilterFor({ ...filters, before: undefined, after: undefined }, search, found?.sagaIds);
  const rows: SagaRow[] = [];
  let before: string | undefined;
  let hasMore = false;
  for (;;) {
    const { sagas, next } = await view.list(filter, { limit: batchSize, ...(before !== undefined && { before }) });
    rows.push(...sagas);
    before = next;
    hasMore = next !== undefined && rows.length >= maxBulkSize;
    if (next === undefined || hasMore) break;
  }
  const allowed = rows.map((saga) => isAllowed(action, saga));
  return { eligible: rows.filter((_, index) => allowed[index]), ineligible: rows.filter((_, index) => !allowed[index]), hasMore: hasMore || (found?.hasMore ?? false) };
};

const shortcutDescriptions: Record<NonNullable<Filters['show']>, string> = { attention: ' that need attention', blocked: ' that a destination blocks', 'in-flight': ' in flight' };

/** Returns the scope as text, such as `all resets that need attention`. */
export const describeScope = ({ scope, ids, filters: { show, status, phase, tenant, q } }: BulkSelection): string => {
  if (scope === 'selected') return `${ids.length} selected`;
  const conditions = Object.entries({ status, phase, tenant, search: q }).flatMap(([name, value]) => (value === undefined ? [] : [`${name} “${value}”`]));
  return `all resets${show ? shortcutDescriptions[show] : ''}${conditions.length === 0 ? '' : ` with ${conditions.join(', ')}`}`;
};
