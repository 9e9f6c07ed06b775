import { z } from 'zod';
import { orderRequest } from '../request/order-request.js';
import { mappingKey, tankKey } from './mapping-key.js';
import { time } from './text.js';

const reading = (description: string) => z.number().nullish().meta({ description });

/** The deliveries at one site. */
export const executedDrop = z.object({
  site: mappingKey.meta({ description: 'Site of the deliveries.' }),
  details: z
    .array(
      z.object({
        product: mappingKey.meta({ description: 'Delivered product.' }),
        tank: tankKey.nullish().meta({ description: 'Tank that was filled.' }),
        quantity: z.number().meta({ description: 'Delivered quantity.' }),
        pre_drop_volume: reading('Volume in the tank before the drop.'),
        pre_drop_inches: reading('Level in the tank before the drop, in inches.'),
        pre_drop_time: time.nullish(),
        post_drop_volume: reading('Volume in the tank after the drop.'),
        post_drop_inches: reading('Level in the tank after the drop, in inches.'),
        post_drop_time: time.nullish(),
      }),
    )
    .max(200)
    .meta({ description: 'One entry for each tank or product.' }),
});

/** Body of `POST /v1/order/save_drop`. `replace` overwrites the drops saved for this site, `append` adds one. */
export const saveDrop = executedDrop.extend({ order: orderRequest.meta({ description: 'The order to change.' }), mode: z.enum(['append', 'replace']).meta({ description: '`replace` overwrites the drops saved for this site, `append` adds one.' }) });

export type ExecutedDrop = z.infer<typeof executedDrop>;
export type SaveDrop = z.infer<typeof saveDrop>;
