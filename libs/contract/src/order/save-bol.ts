import { z } from 'zod';
import { orderRequest } from '../request/order-request.js';
import { mappingKey, tankKey } from './mapping-key.js';
import { line, time } from './text.js';

/** A bill of lading. It replaces the one with the same number from the same terminal. */
export const bol = z.object({
  bol_number: line(),
  terminal: mappingKey,
  bol_date: time,
  details: z
    .array(
      z.object({
        site: tankKey.nullish(),
        supplier: mappingKey.nullish(),
        product: mappingKey,
        net_volume: z.number(),
        gross_volume: z.number(),
      }),
    )
    .max(200),
});

/** Body of `POST /v1/order/save_bol`. */
export const saveBol = bol.extend({ order: orderRequest });

export type Bol = z.infer<typeof bol>;
export type SaveBol = z.infer<typeof saveBol>;
