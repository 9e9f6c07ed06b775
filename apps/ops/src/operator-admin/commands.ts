import { randomBytes } from 'node:crypto';
import type { Audited, OperatorDocument, OperatorKeyDocument, OperatorKeyRepository, OperatorRepository, OperatorRole, OperatorAccounts } from '@crossroads/store';
import { hashPassword, newOperatorKey } from '@crossroads/store';
import { plural } from '../page/counts.js';

/** A command that cannot run. The message contains the reason and the next step. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

export interface OperatorAdminPorts {
  operators: OperatorRepository;
  accounts: OperatorAccounts;
  keys: OperatorKeyRepository;
  audited: Audited;
}

const roles: readonly OperatorRole[] = ['viewer', 'operator'];

/** Commands that manage operators and their keys. All throw OperatorError when the input is invalid or the operator does not exist. */
export const operatorCommands = ({ operators, accounts, keys, audited }: OperatorAdminPorts, now: () => Date = () => new Date()) => {
  const findOrThrow = async (username: string): Promise<OperatorDocument> => {
    const operator = await operators.find(username);
    if (!operator) throw new OperatorError(`Operator "${username}" not found. The command "list" shows all operators.`);
    return operator;
  };

  /** People would confuse "bob" and "Bob" in the audit log. */
  const checkCase = async (username: string): Promise<void> => {
    const similar = (await accounts.list()).find(({ _id }) => _id.toLowerCase() === username.toLowerCase());
    if (similar) throw new OperatorError(`The username "${username}" differs only in case from the operator "${similar._id}". Choose another name, or use "${similar._id}".`);
  };

  return {
    /**
     * Creates an operator, or replaces the password of an existing one and ends all their sessions. Returns the password, which is not stored.
     * Without `role`, an existing operator keeps the role, and a new one is a viewer.
     */
    async create(username: string, role?: string): Promise<{ password: string; role: OperatorRole; replaced: boolean }> {
      if (!/^[\w.@-]{1,64}$/.test(username)) throw new OperatorError('The username is invalid. Use 1 to 64 letters, digits, dots, dashes, underscores or @.');
      const earlier = await operators.find(username);
      const validRole = role === undefined ? (earlier?.role ?? 'viewer') : roles.find((each) => each === role);
      if (!validRole) throw new OperatorError(`--role must be one of ${roles.join(', ')}.`);
      if (!earlier) await checkCase(username);
      const password = randomBytes(12).toString('base64url');
      const password_scrypt = await hashPassword(password);
      await audited(earlier ? 'operator password' : 'operator create', { username, role: validRole, ...(earlier && { earlier_role: earlier.role }) }, async () => {
        await operators.save({ _id: username, password_scrypt, role: validRole, created_at: earlier?.created_at ?? now() });
        await accounts.signOut(username);
      });
      return { password, role: validRole, replaced: earlier !== undefined };
    },

    async list(): Promise<{ operators: Omit<OperatorDocument, 'password_scrypt'>[]; keys: (OperatorKeyDocument & { live: boolean })[] }> {
      const all = await keys.list();
      return { operators: await accounts.list(), keys: all.map((key) => ({ ...key, live: key.revoked_at === null && (key.expires_at === null || key.expires_at > now()) })) };
    },

    /** Creates a key with the rights of its operator. Returns its text, which is not stored. */
    async key(username: string, expiresAt: Date | null): Promise<{ id: string; text: string }> {
      await findOrThrow(username);
      if (expiresAt !== null && !(expiresAt > now())) throw new OperatorError('--expires must be an existing day in the future, such as 2030-01-31.');
      const { id, text, sha256 } = newOperatorKey();
      await audited('operator key create', { username, key: id, expires_at: expiresAt }, async () => {
        await keys.save({ _id: id, sha256, username, created_at: now(), expires_at: expiresAt, revoked_at: null });
        // If the operator was removed in between, the key would work for the next operator of this name. So it is revoked.
        await findOrThrow(username).catch(async (error: unknown) => {
          await keys.revoke(id, now());
          throw error;
        });
      });
      return { id, text };
    },

    /** Removes an operator and all their keys, or revokes one key. Takes effect at once, because sessions and keys are read at every request. */
    async revoke(name: string): Promise<string> {
      const key = await keys.find(name);
      if (key) {
        await audited('operator key revoke', { username: key.username, key: name }, () => keys.revoke(name, now()));
        return `Key ${name} revoked.`;
      }
      const hasKeys = (await keys.list()).some(({ username, revoked_at }) => username === name && revoked_at === null);
      if (!hasKeys) await findOrThrow(name);
      // The operator is removed before the keys. A key created at the same time is then revoked here or by `key`. Safe to repeat after a crash.
      const revoked = await audited('operator revoke', { username: name }, async () => {
        await accounts.remove(name);
        return keys.revokeAll(name, now());
      });
      return `Operator ${name} removed and signed out, ${plural(revoked, 'key')} revoked.`;
    },
  };
};
