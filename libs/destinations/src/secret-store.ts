import { RetryableError } from '@crossroads/saga';

/** Where secrets are. Both are read at every use, so a renewed secret needs no restart. */
export interface SecretSources {
  env: Readonly<Record<string, string | undefined>>;
  readFile: (path: string) => Promise<string>;
}

/** Resolves `env:NAME` and `file:/path`. Throws StepUnavailable naming the reference, never the value. */
export const secretStore =
  ({ env, readFile }: SecretSources) =>
  async (ref: string): Promise<string> => {
    const [, kind, where = ''] = /^(env|file):(.+)$/s.exec(ref) ?? [];
    if (kind === undefined) {
      // What is not a reference may be a secret pasted in the wrong place, so it is not repeated.
      throw new RetryableError('destination.secret_missing', 'A destination names its secret neither as env:NAME nor as file:/path. Put it right, then resume.');
    }
    const secret = kind === 'env' ? env[where] : await readFile(where).catch(() => undefined);
    const trimmed = secret?.replace(/[\r\n]+$/, '') ?? '';
    if (trimmed === '') throw new RetryableError('destination.secret_missing', `Nothing is found at ${ref}. Put the secret there.`);
    return trimmed;
  };
