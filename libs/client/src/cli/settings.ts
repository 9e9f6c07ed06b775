import type { Client } from '../create-client.js';
import { createClient } from '../create-client.js';
import type { CredentialOptions } from '../credentials.js';
import type { OperatorClient } from '../create-operator-client.js';
import { createOperatorClient } from '../create-operator-client.js';
import type { Option, Values } from './command.js';
import { text, UsageError } from './command.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings for callers. No option takes a secret, because other users of the machine can read the arguments of a process. A file can be protected. */
export const settingOptions: Record<string, Option> = {
  url: { type: 'string', value: 'URL', description: 'URL of the service; or CROSSROADS_URL, or http://localhost:8080' },
  'api-key-file': { type: 'string', value: 'PATH', description: 'file with your API key; or CROSSROADS_API_KEY with the key itself' },
  tenant: { type: 'string', value: 'NAME', description: 'your tenant, if the credentials do not name it; or CROSSROADS_TENANT' },
  instance: { type: 'string', value: 'NAME', description: 'your instance; or CROSSROADS_INSTANCE' },
  json: { type: 'boolean', description: 'print exactly one JSON document' },
  help: { type: 'boolean', description: 'print this help' },
};

export const operatorSettingOptions: Record<string, Option> = {
  'ops-url': { type: 'string', value: 'URL', description: 'URL of the operator pages; or CROSSROADS_OPS_URL, or http://localhost:8081' },
  'ops-key-file': { type: 'string', value: 'PATH', description: 'file with your operator key; or CROSSROADS_OPS_KEY with the key itself' },
  json: settingOptions['json']!,
  help: settingOptions['help']!,
};

export interface Settings {
  values: Values;
  env: Environment;
  readFile(path: string): string;
}

/** Creates the client from the settings. Throws UsageError if a setting is missing or invalid. */
export const clientOf = (settings: Settings): Client =>
  createOrUsageError(() =>
    createClient({
      baseUrl: setting(settings, 'url', 'CROSSROADS_URL') ?? 'http://localhost:8080',
      instanceName: setting(settings, 'instance', 'CROSSROADS_INSTANCE'),
      ...credentialsIn(settings),
    }),
  );

/** Creates the operator client from the settings. Throws UsageError if a setting is missing or invalid. */
export const operatorsOf = (settings: Settings): { client: OperatorClient; url: string } => {
  const url = setting(settings, 'ops-url', 'CROSSROADS_OPS_URL') ?? 'http://localhost:8081';
  const operatorKey = secret(settings, 'ops-key-file', 'CROSSROADS_OPS_KEY');
  if (operatorKey === undefined) throw new UsageError('Set CROSSROADS_OPS_KEY, or --ops-key-file, to an operator key.');
  return { client: createOrUsageError(() => createOperatorClient({ baseUrl: url, operatorKey })), url: url.replace(/(?<!\/)\/+$/, '') };
};

const credentialsIn = (settings: Settings): CredentialOptions => {
  const tenantName = setting(settings, 'tenant', 'CROSSROADS_TENANT');
  const apiKey = secret(settings, 'api-key-file', 'CROSSROADS_API_KEY');
  if (apiKey !== undefined) return { apiKey, tenantName };
  const [clientId, clientSecret] = [present(settings.env['CROSSROADS_CLIENT_ID']), present(settings.env['CROSSROADS_CLIENT_SECRET'])];
  if (clientId === undefined || clientSecret === undefined) {
    throw new UsageError('Set CROSSROADS_API_KEY, or --api-key-file, to an API key; or CROSSROADS_CLIENT_ID and CROSSROADS_CLIENT_SECRET.');
  }
  if (tenantName === undefined) throw new UsageError('A client id may belong to several tenants. Set --tenant or CROSSROADS_TENANT.');
  return { clientId, clientSecret, tenantName };
};

const setting = ({ values, env }: Settings, option: string, variable: string): string | undefined => text(values, option) ?? present(env[variable]);

const secret = ({ values, env, readFile }: Settings, option: string, variable: string): string | undefined => {
  const path = text(values, option);
  if (path === undefined) return present(env[variable]);
  try {
    return present(readFile(path)) ?? '';
  } catch (error) {
    throw new UsageError(`--${option} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const present = (value: string | undefined): string | undefined => (value?.trim() ? value.trim() : undefined);

/** Creates a client. Reports invalid options as UsageError, because they are settings of the command line. */
const createOrUsageError = <T>(create: () => T): T => {
  try {
    return create();
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message.replace('baseUrl', 'The URL'));
    throw error;
  }
};
