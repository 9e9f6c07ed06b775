import type { SagaRow, SagaSearch, SagaViewRepository } from '@crossroads/store';
import { z } from 'zod';
import type { CommandName, GivenCommands } from '../commands/commands.js';
import { givenNames, isLegal } from '../sagas/actions.js';
import type { Filters } from '../sagas/filters.js';
import { readFilters } from '../sagas/filters.js';
import { filterFor } from '../sagas/listed.js';

/** Sagas one bulk takes on; what is beyond takes another. */
export const mostInBulk = 5_000;

const pageSize = 500;

/** What an operator asks for on the list: an action, for the sagas with a tick or for all that the filters mean. */
export interface Choice {
  action: CommandName;
  scope: 'ticked' | 'matching';
  ids: string[];
  filters: Filters;
}

const asked = z.object({
  action: z.string(),
  scope: z.enum(['ticked', 'matching']),
  saga: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((ids) => (ids === undefined ? [] : [ids].flat())),
});

/** Undefined when it makes no sense. */
export const readChoice = (given: unknown, commands: GivenCommands): Choice | undefined => {
  const { success, data } = asked.safeParse(given);
  const action = success ? givenNames(commands).find((name) => name === data.action) : undefined;
  if (!success || !action) return undefined;
  return { action, scope: data.scope, ids: [...new Set(data.saga)].slice(0, mostInBulk), filters: readFilters(given) };
};

/** The chosen sagas, parted by whether their state allows the action. */
export interface Chosen {
  eligible: SagaRow[];
  ineligible: SagaRow[];
  /** More match than one bulk takes on. */
  more: boolean;
}

export const chosenBy = async ({ action, scope, ids, filters }: Choice, { view, search }: { view: Pick<SagaViewRepository, 'list'>; search: SagaSearch }): Promise<Chosen> => {
  // Where the list begins does not matter: "all that match" are all, not those from this page on.
  const filter = scope === 'ticked' ? { ids } : await filterFor({ ...filters, before: undefined }, search);
  const rows: SagaRow[] = [];
  let before: string | undefined;
  let more = false;
  for (;;) {
    const { sagas, next } = await view.list(filter, { limit: pageSize, ...(before !== undefined && { before }) });
    rows.push(...sagas);
    before = next;
    more = next !== undefined && rows.length >= mostInBulk;
    if (next === undefined || more) break;
  }
  const legal = rows.map((saga) => isLegal(action, saga));
  return { eligible: rows.filter((_, index) => legal[index]), ineligible: rows.filter((_, index) => !legal[index]), more };
};

/** The scope in words, for the bulk's own record. */
export const inWords = ({ scope, ids, filters }: Choice): string => {
  if (scope === 'ticked') return `${ids.length} ticked`;
  const given = Object.entries({ ...filters, before: undefined }).filter(([, value]) => value !== undefined);
  return given.length === 0 ? 'every saga' : `all that match ${given.map(([name, value]) => `${name} = ${value}`).join(', ')}`;
};
