import type { Operation, WireCommand } from './wire-command.js';
import type { WireMessage } from './wire-message.js';

/** Returns the operations of a command that changed or matched a document, according to the reply of the server. */
export const appliedOperations = ({ name, operations }: WireCommand, reply: WireMessage): readonly Operation[] => {
  const document = reply.document();
  if (name === 'bulkWrite') {
    const outcomes = (document['cursor']?.firstBatch ?? []) as { ok: number; n: number; nModified?: number; idx: number }[];
    const applied = new Set(outcomes.filter(({ ok, n, nModified, idx }) => Number(ok) === 1 && Number(operations[Number(idx)]?.conditions ? nModified : n) > 0).map(({ idx }) => Number(idx)));
    return operations.filter((_, index) => applied.has(index));
  }
  // The other commands report one count for all their operations. A smaller count does not show which of them were applied.
  const count = Number((operations.some(({ conditions }) => conditions) ? document['nModified'] : document['n']) ?? document['lastErrorObject']?.n ?? 0);
  return reply.isOk && count === operations.length ? operations : [];
};
