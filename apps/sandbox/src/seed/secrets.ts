import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digest, newApiKey } from '@crossroads/platform';
import { newOperatorKey } from '@crossroads/store';
import { companies } from './companies.js';

/** Secrets generated for this machine. They are stored in the data folder, so that a restart has the same keys. */
export interface Secrets {
  token_secret: string;
  webhook_secret: string;
  operator: { username: string; password: string };
  viewer: { username: string; password: string };
  operator_key: { id: string; text: string; sha256: string };
  keys: { tenant_id: string; id: string; text: string; sha256: string }[];
  client: { client_id: string; client_secret: string; sha256: string };
}

export const secretsIn = async (dataDir: string): Promise<Secrets> => {
  const file = join(dataDir, 'secrets.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Secrets;
  } catch {
    return write(file, generateSecrets());
  }
};

const write = async (file: string, secrets: Secrets): Promise<Secrets> => {
  await writeFile(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
};

const generateSecrets = (): Secrets => {
  const client_secret = randomBytes(32).toString('base64url');
  return {
    token_secret: randomBytes(48).toString('base64url'),
    webhook_secret: `whsec_${randomBytes(32).toString('base64')}`,
    operator: { username: 'operator', password: randomBytes(9).toString('base64url') },
    viewer: { username: 'viewer', password: randomBytes(9).toString('base64url') },
    operator_key: newOperatorKey(),
    keys: companies.map(({ id }) => ({ tenant_id: id, ...newApiKey() })),
    client: { client_id: 'sandbox-client', client_secret, sha256: digest(client_secret) },
  };
};
