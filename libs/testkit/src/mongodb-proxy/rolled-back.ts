import { Long } from 'bson';
import type { WireCommand } from './wire-command.js';

/** Returns the reply of a member that applied every operation of a command and will roll all of them back. */
export const rolledBackReply = ({ name, operations }: WireCommand): object => {
  const count = (kind: string): number => operations.filter((operation) => operation.kind === kind).length;
  if (name !== 'bulkWrite') return { n: operations.length, nModified: count('update'), ok: 1 };
  const firstBatch = operations.map(({ kind }, idx) => ({ ok: 1, idx, n: 1, ...(kind === 'update' && { nModified: 1 }) }));
  return {
    cursor: { id: Long.ZERO, firstBatch, ns: 'admin.$cmd.bulkWrite' },
    nErrors: 0,
    nInserted: count('insert'),
    nMatched: count('update'),
    nModified: count('update'),
    nUpserted: 0,
    nDeleted: count('delete'),
    ok: 1,
  };
};
