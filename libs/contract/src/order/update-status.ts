import { z } from 'zod';
import { orderRequest } from '../request/order-request.js';
import { mappingKey } from './mapping-key.js';
import { time } from './text.js';

/** Progress of a delivery, in the usual order. */
export const progressStatus = z.enum([
  'assigned',
  'driving_to_load',
  'arrived_at_load',
  'loading',
  'completed_load',
  'driving_to_drop',
  'arrived_at_drop',
  'dropping',
  'completed_drop',
  'complete',
]);

const withoutLocation: ReadonlySet<string> = new Set(['assigned', 'complete']);

/** Body of `POST /v1/order/update_status`. */
export const updateStatus = z
  .object({
    order: orderRequest.meta({ description: 'The order to change.' }),
    progress_status: progressStatus.meta({ description: 'Progress of the delivery. `complete` is the last one.' }),
    location: mappingKey.nullish().meta({ description: 'Terminal or site of the progress.' }),
    site: mappingKey.nullish().meta({ description: 'Site of the progress.' }),
    eta: time.nullish(),
    delivery_eta: time.nullish(),
    actual: time.nullish(),
  })
  .refine(({ progress_status, location, site }) => withoutLocation.has(progress_status) || location || site, {
    error: 'location or site is required unless progress_status is assigned or complete',
  });

export type UpdateStatus = z.infer<typeof updateStatus>;
