import { hostname, userInfo } from 'node:os';
import type { Store } from '../mongodb/open-store.js';
import type { AuditRecord } from './audit.repository.js';
import { auditRepository, recordAction } from './audit.repository.js';

/** Runs a change and records it in the audit log. Returns and throws what the change does. */
export type Audited = <T>(action: string, detail: object, change: () => Promise<T>) => Promise<T>;

/** Returns the person who runs a command on this machine, as audit lines name them. */
export const administrator = (): Pick<AuditRecord, 'by' | 'role' | 'credential' | 'reason' | 'from'> => ({ by: systemUser(), role: null, credential: 'command-line', reason: null, from: hostname() });

/** Records the changes of a command of an administrator. */
export const auditedCommands = (store: Store): Audited => {
  const audit = auditRepository(store);
  return (action, detail, change) => recordAction(audit, { ...administrator(), action, detail }, change);
};

const systemUser = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user id that has no name.
    return '(unknown system user)';
  }
};
