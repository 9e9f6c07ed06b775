import { scopes } from '@crossroads/platform';
import type { Store } from '@crossroads/store';
import { directoryRepository, hashPassword, makeIndexes, operatorKeyRepository, operatorRepository, orderReader } from '@crossroads/store';
import { companies } from './companies.js';
import { sampleOrders } from './orders.js';
import type { Secrets } from './secrets.js';

/** Name of the environment variable with the secret that signs requests to the simulated destination. */
export const webhookSecretVariable = 'SANDBOX_WEBHOOK_SECRET';

/** Stores the sample companies, their keys and their orders. In an existing database, all sample orders become delivered again. */
export const seed = async (store: Store, secrets: Secrets, destinationUrl: string): Promise<void> => {
  await makeIndexes(store.connection);
  const directory = directoryRepository(store);
  const created_at = new Date();
  for (const { id, name, instance } of companies) {
    await directory.saveTenant({ _id: id, name, partners: companies.flatMap((other) => (other.id === id ? [] : [other.id])) });
    await directory.saveInstance({
      _id: instance.id,
      tenant_id: id,
      name: instance.name,
      source_system: 'webhook',
      source_system_id: instance.system_id,
      url: `${destinationUrl}/webhooks/${instance.id}`,
      secret_ref: `env:${webhookSecretVariable}`,
    });
  }
  for (const { tenant_id, id, sha256 } of secrets.keys) {
    const instance_id = companies.find((company) => company.id === tenant_id)?.instance.id ?? null;
    await directory.saveKey({ _id: id, sha256, tenant_id, instance_id, scopes: [...scopes], created_at, expires_at: null, revoked_at: null });
  }
  const { client_id, sha256 } = secrets.client;
  await directory.saveClient({ _id: client_id, secret_sha256: sha256, tenant_ids: companies.map(({ id }) => id), scopes: [...scopes], created_at, revoked_at: null });
  for (const role of ['operator', 'viewer'] as const) {
    const { username, password } = secrets[role];
    await operatorRepository(store).save({ _id: username, password_scrypt: await hashPassword(password), role, created_at });
  }
  const key = secrets.operator_key;
  await operatorKeyRepository(store).save({ _id: key.id, sha256: key.sha256, username: secrets.operator.username, created_at, expires_at: null, revoked_at: null });
  const orders = orderReader(store);
  for (const order of sampleOrders()) await orders.put(order);
};
