import { z } from 'zod';
import { orderRequest } from '../request/order-request.js';
import { mappingKey, tankKey } from './mapping-key.js';
import { line, time } from './text.js';

/** A bill of lading. It replaces the one with the same number from the same terminal. */
export const bol = z.object({
  bol_number: line().meta({ description: 'Number of the bill of lading.' }),
  terminal: mappingKey.meta({ description: 'Terminal where the product was loaded.' }),
  bol_date: time,
  details: z
    .array(
      z.object({
        site: tankKey.nullish().meta({ description: 'Site that the product is for.' }),
        supplier: mappingKey.nullish().meta({ description: 'Supplier of the product.' }),
        product: mappingKey.meta({ description: 'Loaded product.' }),
        net_volume: z.number().meta({ description: 'Net volume.' }),
        gross_volume: z.number().meta({ description: 'Gross volume.' }),
      }),
    )
    .max(200)
    .meta({ description: 'One line for each combination of product and supplier.' }),
});

/** Body of `POST /v1/order/save_bol`. */
export const saveBol = bol.extend({ order: orderRequest.meta({ description: 'The order to change.' }) });

export type Bol = z.infer<typeof bol>;
export type SaveBol = z.infer<typeof saveBol>;
