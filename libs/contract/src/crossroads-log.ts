import { z } from 'zod';

const nullableText = z.string().nullable();

/** The tenant that submitted the request (origin) and the one that receives it (destination), as far as the caller may know them. */
export const routing = z.object({
  origin_tenant_id: nullableText,
  origin_tenant_name: nullableText,
  origin_source_system: nullableText,
  origin_source_system_id: nullableText,
  origin_instance_id: nullableText,
  origin_instance_name: nullableText,
  destination_tenant_id: nullableText,
  destination_tenant_name: nullableText,
  destination_source_system: nullableText,
  destination_source_system_id: nullableText,
  destination_instance_id: nullableText,
  destination_instance_name: nullableText,
});

export type Routing = z.infer<typeof routing>;

export const logDetail = z.object({
  category: z.string(),
  message: z.string(),
  message_short: z.string(),
  traceback: nullableText,
  /** Error code in the form `<area>.<what>`; null without an error. */
  error: nullableText,
});

export const logMetadata = z.object({
  type: z.string(),
  group_id: nullableText,
  origin_order_number: nullableText,
  crossroads_order_id: nullableText,
});

export type LogMetadata = z.infer<typeof logMetadata>;

/** A log entry, with its members in the documented order. `extra_data` holds the data that a reset cleared. */
export const crossroadsLog = z.object({
  _id: z.string().regex(/^[a-f0-9]{24}$/),
  title: z.string(),
  date: z.iso.datetime({ precision: 3 }),
  status: z.enum(['unknown', 'pending', 'succeeded', 'failed']),
  severity: z.enum(['low', 'medium', 'high']),
  routing,
  detail: logDetail,
  metadata: logMetadata,
  worker_name: z.string(),
  correlation_id: z.string(),
  retried: z.boolean(),
  saga_id: z.string(),
  saga_type: z.string(),
  send_notification: z.boolean(),
  outbound_request: z.record(z.string(), z.unknown()),
  inbound_request: z.record(z.string(), z.unknown()),
  extra_data: z.record(z.string(), z.unknown()).optional(),
});

export type CrossroadsLogV2 = z.infer<typeof crossroadsLog>;
