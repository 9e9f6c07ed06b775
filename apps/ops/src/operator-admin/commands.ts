import { randomBytes } from 'node:crypto';
import type { OperatorDocument, OperatorKeyDocument, OperatorKeyRepository, OperatorRepository, OperatorRole, OperatorAccounts } from '@crossroads/store';
import { hashPassword, newOperatorKey } from '@crossroads/store';

/** What was asked for cannot be done; the message says what to do instead. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

export interface OperatorAdminPorts {
  operators: OperatorRepository;
  accounts: OperatorAccounts;
  keys: OperatorKeyRepository;
}

const roles: readonly OperatorRole[] = ['viewer', 'operator'];

/** What whoever looks after the operators does. All throw OperatorError for a wish that cannot be granted. */
export const operatorCommands = ({ operators, accounts, keys }: OperatorAdminPorts, now: () => Date = () => new Date()) => {
  const known = async (username: string): Promise<OperatorDocument> => {
    const operator = await operators.find(username);
    if (!operator) throw new OperatorError(`There is no operator "${username}". "list" shows those there are.`);
    return operator;
  };

  return {
    /** A new operator, or a new password for the one of that name, who is then signed out everywhere. The password is told once. */
    async create(username: string, role: string): Promise<{ password: string; replaced: boolean }> {
      if (!/^[\w.@-]{1,64}$/.test(username)) throw new OperatorError('A username is 1 to 64 letters, digits, dots, dashes, underscores or @.');
      const its = roles.find((each) => each === role);
      if (!its) throw new OperatorError(`--role must be one of ${roles.join(', ')}.`);
      const earlier = await operators.find(username);
      const password = randomBytes(12).toString('base64url');
      await operators.save({ _id: username, password_scrypt: await hashPassword(password), role: its, created_at: earlier?.created_at ?? now() });
      await accounts.signOut(username);
      return { password, replaced: earlier !== undefined };
    },

    async list(): Promise<{ operators: Omit<OperatorDocument, 'password_scrypt'>[]; keys: (OperatorKeyDocument & { live: boolean })[] }> {
      const all = await keys.list();
      return { operators: await accounts.list(), keys: all.map((key) => ({ ...key, live: key.revoked_at === null && (key.expires_at === null || key.expires_at > now()) })) };
    },

    /** A key for scripts, with the rights of its operator. Its text is told once. */
    async key(username: string, expiresAt: Date | null): Promise<{ id: string; text: string }> {
      await known(username);
      if (expiresAt !== null && !(expiresAt > now())) throw new OperatorError('--expires must be a time to come, such as 2030-01-31.');
      const { id, text, sha256 } = newOperatorKey();
      await keys.save({ _id: id, sha256, username, created_at: now(), expires_at: expiresAt, revoked_at: null });
      // Taken away since the look, the operator would leave a key to the next of that name. Nobody has its text yet.
      await known(username).catch(async (error: unknown) => {
        await keys.revoke(id, now());
        throw error;
      });
      return { id, text };
    },

    /** Takes an operator away with all their keys, or one key only. At once: sessions and keys are looked up at every request. */
    async revoke(name: string): Promise<string> {
      if (await keys.revoke(name, now())) return `Key ${name} works no more.`;
      // The operator first: a key that is made meanwhile then finds nobody, or is among those that end here. Repeatable, should it break off between the two.
      const removed = await accounts.remove(name);
      const ended = await keys.revokeAll(name, now());
      if (!removed && ended === 0) await known(name);
      return `${name} is no operator any more and is signed out; ${ended} of their keys work no more.`;
    },
  };
};
