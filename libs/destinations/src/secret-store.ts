import { RetryableError } from '@crossroads/saga';

/** Sources of secrets. They are read at every use, so that a renewed secret needs no restart. */
export interface SecretSources {
  env: Readonly<Record<string, string | undefined>>;
  readFile: (path: string) => Promise<string>;
}

/** Resolves `env:NAME` and `file:/path`. Throws RetryableError that names the reference but never the value. */
export const secretStore =
  ({ env, readFile }: SecretSources) =>
  async (ref: string): Promise<string> => {
    const [, kind, location = ''] = /^(env|file):(.+)$/s.exec(ref) ?? [];
    if (kind === undefined) {
      // The message does not repeat an invalid reference, because it may be a secret in the wrong field.
      throw new RetryableError('destination.secret_missing', 'The secret reference of a destination is neither env:NAME nor file:/path. Correct the reference, then resume.');
    }
    const secret = kind === 'env' ? env[location] : await readFile(location).catch(() => undefined);
    const trimmed = secret?.replace(/(?<![\r\n])[\r\n]+$/, '') ?? '';
    if (trimmed === '') throw new RetryableError('destination.secret_missing', `No secret was found at ${ref}. Store the secret there, then resume.`);
    return trimmed;
  };
