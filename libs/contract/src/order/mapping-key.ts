import { z } from 'zod';
import { line } from './text.js';

const names = {
  source_id: line().nullish().meta({ description: 'Id in the system of its owner.' }),
  source_name: line().nullish().meta({ description: 'Name in the system of its owner.' }),
  mapping_id: line().nullish().meta({ description: 'Crossroads id of the mapping.' }),
};

const named = (key: { source_id?: unknown; source_name?: unknown; mapping_id?: unknown }): boolean =>
  [key.source_id, key.source_name, key.mapping_id].some((name) => name !== undefined && name !== null);

const rule = { error: 'one of source_id, source_name and mapping_id is required' };

/** Names a counterparty, product, terminal or site by the identifiers of its owner. At least one identifier is required. */
export const mappingKey = z.object(names).refine(named, rule);

export type MappingKey = z.infer<typeof mappingKey>;

/** Names a tank by its site and its own id. */
export const tankKey = z.object({ ...names, tank_id: line(10).nullish().meta({ description: 'Id of the tank at its site.' }), product_source_id: line().nullish().meta({ description: 'Id of the product in the tank.' }) }).refine(named, rule);
