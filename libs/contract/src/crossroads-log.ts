import { z } from 'zod';

const text = (description: string, example: string) => z.string().meta({ description, examples: [example] });
const nullableText = (description: string, example: string | null) => z.string().nullable().meta({ description, examples: [example] });

/** The tenant that submitted the request (origin) and the one that receives it (destination), as far as the caller may know them. */
export const routing = z.object({
  origin_tenant_id: nullableText('Id of the tenant that made the request.', 'tenant-brightwater'),
  origin_tenant_name: nullableText('Name of the tenant that made the request.', 'Brightwater Fuels'),
  origin_source_system: nullableText('Kind of system of the origin instance.', 'webhook'),
  origin_source_system_id: nullableText('Id of the origin instance in its own system.', 'brightwater-1'),
  origin_instance_id: nullableText('Id of the origin instance.', 'instance-brightwater'),
  origin_instance_name: nullableText('Name of the origin instance.', 'Brightwater ERP'),
  destination_tenant_id: nullableText('Id of the tenant that receives the request; null until the order is found.', 'tenant-cartage'),
  destination_tenant_name: nullableText('Name of the tenant that receives the request.', 'Cartage North'),
  destination_source_system: nullableText('Kind of system of the destination instance.', 'webhook'),
  destination_source_system_id: nullableText('Id of the destination instance in its own system.', 'cartage-1'),
  destination_instance_id: nullableText('Id of the destination instance.', 'instance-cartage'),
  destination_instance_name: nullableText('Name of the destination instance.', 'Cartage TMS'),
});

export type Routing = z.infer<typeof routing>;

export const logDetail = z.object({
  category: text('Always `crossroads`.', 'crossroads'),
  message: text('What happened, as a sentence.', 'The destination accepted the reset (HTTP 200).'),
  message_short: text('The title of the entry.', 'Reset accepted by the destination'),
  traceback: nullableText('Always null.', null),
  error: nullableText('Error code in the form `<area>.<what>`; null without an error.', null),
});

export const logMetadata = z.object({
  type: text('Always `order`.', 'order'),
  group_id: nullableText('Your number of the order.', '4711'),
  origin_order_number: nullableText('Your number of the order.', '4711'),
  crossroads_order_id: nullableText('Crossroads id of the order; null until the order is found.', '674000000017000000000000'),
});

export type LogMetadata = z.infer<typeof logMetadata>;

/** A log entry, with its members in the documented order. */
export const crossroadsLog = z.object({
  _id: z.string().regex(/^[a-f0-9]{24}$/).meta({ description: 'Id of the entry.', examples: ['6a09c1a6f3b3a1c5d2e4f607'] }),
  title: text('What happened, in a few words.', 'Reset accepted by the destination'),
  date: z.iso.datetime({ precision: 3 }).meta({ description: 'Time of the entry.', examples: ['2026-11-02T08:00:01.250Z'] }),
  status: z.enum(['unknown', 'pending', 'succeeded', 'failed']).meta({ description: 'Outcome of what the entry describes.', examples: ['succeeded'] }),
  severity: z.enum(['low', 'medium', 'high']).meta({ description: 'How much attention the entry needs.', examples: ['low'] }),
  routing: routing.meta({ description: 'You are the origin, and the other tenant of the order is the destination.' }),
  detail: logDetail.meta({ description: 'The message of the entry, and its error code.' }),
  metadata: logMetadata.meta({ description: 'The order that the entry is about.' }),
  worker_name: text('Always `Crossroads`.', 'Crossroads'),
  correlation_id: text('Correlation id of the reset.', '01936f0e-5f3c-7c1a-9d5e-0c7a3b1f2e4d'),
  retried: z.boolean().meta({ description: 'Whether an operator had resumed the reset before this entry.', examples: [false] }),
  saga_id: text('Id of the saga, for the operators.', '01936f0e-5f3c-7c1a-9d5e-0c7a3b1f2e4e'),
  saga_type: text('What the saga does.', 'reset_order'),
  send_notification: z.boolean().meta({ description: 'Whether the entry needs a notification of people.', examples: [false] }),
  outbound_request: z.record(z.string(), z.unknown()).meta({ description: 'The request to the destination, in the entries about it.', examples: [{}] }),
  inbound_request: z.record(z.string(), z.unknown()).meta({ description: 'Your request.', examples: [{ method: 'POST', path: '/v1/order/reset', body: { order: { order_number: '4711' } } }] }),
  extra_data: z.record(z.string(), z.unknown()).optional().meta({ description: 'Further data, such as the deliveries that the reset cleared.', examples: [{}] }),
});

export type CrossroadsLogV2 = z.infer<typeof crossroadsLog>;
