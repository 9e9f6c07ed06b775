import { z } from 'zod';

/** The nine statuses of the specification. A caller may meet no other word. */
export const integrationStatus = z.enum([
  'pending',
  'requested',
  'origin_mapped',
  'master_mapped',
  'destination_mapped',
  'synced',
  'canceled',
  'error',
  'rejected',
]);

export type IntegrationStatus = z.infer<typeof integrationStatus>;
