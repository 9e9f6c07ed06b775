import { z } from 'zod';

/** The nine statuses of the specification. Callers receive no other value. */
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
]).meta({ description: 'Crossroads integration status.', examples: ['synced'] });

export type IntegrationStatus = z.infer<typeof integrationStatus>;
