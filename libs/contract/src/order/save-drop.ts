import { z } from 'zod';
import { orderRequest } from '../request/order-request.js';
import { mappingKey, tankKey } from './mapping-key.js';
import { time } from './text.js';

const reading = z.number().nullish();

/** The deliveries at one site. */
export const executedDrop = z.object({
  site: mappingKey,
  details: z
    .array(
      z.object({
        product: mappingKey,
        tank: tankKey.nullish(),
        quantity: z.number(),
        pre_drop_volume: reading,
        pre_drop_inches: reading,
        pre_drop_time: time.nullish(),
        post_drop_volume: reading,
        post_drop_inches: reading,
        post_drop_time: time.nullish(),
      }),
    )
    .max(200),
});

/** Body of `POST /v1/order/save_drop`. `replace` overwrites the drops saved for this site, `append` adds one. */
export const saveDrop = executedDrop.extend({ order: orderRequest, mode: z.enum(['append', 'replace']) });

export type ExecutedDrop = z.infer<typeof executedDrop>;
export type SaveDrop = z.infer<typeof saveDrop>;
