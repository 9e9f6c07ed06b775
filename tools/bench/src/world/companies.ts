import { newApiKey } from '@crossroads/platform';
import type { Store } from '@crossroads/store';
import { directoryRepository } from '@crossroads/store';

/** A tenant with one installation and one API key. */
export interface Company {
  tenantId: string;
  tenantName: string;
  instanceId: string;
  instanceName: string;
  apiKey: string;
}

/** Every company sends its orders to the next; the last sends them to the first. */
export interface Companies {
  all: readonly Company[];
  /** The pair that order number `index` is between. */
  pair(index: number): { caller: Company; counterparty: Company };
}

/** Writes companies with keys into a database; their resets are all sent to one sink. */
export const seedCompanies = async (store: Store, count: number, sinkUrl: string): Promise<Companies> => {
  const directory = directoryRepository(store);
  const all = await Promise.all(
    Array.from({ length: count }, async (_, index): Promise<Company> => {
      const tenantId = `tenant-${index}`;
      const tenantName = `Company ${index}`;
      const instanceId = `instance-${index}`;
      const instanceName = `Installation ${index}`;
      const { id, text, sha256 } = newApiKey();
      await directory.saveTenant({ _id: tenantId, name: tenantName });
      await directory.saveInstance({
        _id: instanceId,
        tenant_id: tenantId,
        name: instanceName,
        source_system: 'webhook',
        source_system_id: `system-${index}`,
        url: `${sinkUrl}/webhooks/${instanceId}`,
        secret_ref: `env:${webhookSecret.name}`,
      });
      await directory.saveKey({
        _id: id,
        sha256,
        tenant_id: tenantId,
        instance_id: instanceId,
        scopes: ['order:reset'],
        created_at: new Date(),
        expires_at: null,
        revoked_at: null,
      });
      return { tenantId, tenantName, instanceId, instanceName, apiKey: text };
    }),
  );
  return { all, pair: (index) => ({ caller: all[index % count]!, counterparty: all[(index + 1) % count]! }) };
};

/** What the workers sign with. Made up here and worth nothing. */
export const webhookSecret = { name: 'BENCH_WEBHOOK_SECRET', value: `whsec_${Buffer.from('only the bench ever uses this one').toString('base64')}` };
