import { Long } from 'bson';
import type { OperationMatch } from './rules.js';
import { serverError } from './server-error.js';
import type { WireCommand } from './wire-command.js';
import type { WireMessage } from './wire-message.js';
import { exact } from './wire-message.js';

/** A command without its rejected operations, and a function that adds their errors to the reply as a server does. */
export interface Remainder {
  /** Absent when no operation is left. */
  message: WireMessage | undefined;
  replyWith(reply: WireMessage | undefined): WireMessage;
}

export const withoutRejected = (command: WireCommand, which: OperationMatch, code: number): Remainder => {
  const { message, operations, list, name } = command;
  const kept = operations.flatMap((operation, index) => (which(operation) ? [] : [index]));
  const rejected = operations.flatMap((operation, index) => (which(operation) ? [index] : []));
  if (list === undefined) throw new Error(`${name} is a single operation. Reject the whole command.`);
  const documents = message.list(list);
  const { errmsg } = serverError(code);
  return {
    message: kept.length === 0 ? undefined : message.with({ without: [list], sequences: message.sequences().set(list, kept.map((index) => documents[index]!)) }),
    replyWith(reply) {
      const document = reply ? exact(reply.body) : { ok: 1 };
      const replied = name === 'bulkWrite' ? bulkReply(document, kept, rejected, { code, errmsg }) : listReply(document, kept, rejected, { code, errmsg });
      return message.reply(replied);
    },
  };
};

type Document = Record<string, any>;

const noCounts = { nInserted: 0, nUpserted: 0, nMatched: 0, nModified: 0, nDeleted: 0 };

const bulkReply = (reply: Document, kept: readonly number[], rejected: readonly number[], error: object): Document => {
  const outcomes = ((reply['cursor']?.firstBatch ?? []) as Document[]).map((outcome): Document => ({ ...outcome, idx: kept[Number(outcome['idx'])]! }));
  const firstBatch = [...outcomes, ...rejected.map((idx): Document => ({ ok: 0, idx, ...error, n: 0 }))].sort((a, b) => Number(a['idx']) - Number(b['idx']));
  return { ...noCounts, ...reply, nErrors: Number(reply['nErrors'] ?? 0) + rejected.length, cursor: { id: Long.ZERO, ns: 'admin.$cmd.bulkWrite', ...reply['cursor'], firstBatch } };
};

const listReply = (reply: Document, kept: readonly number[], rejected: readonly number[], error: object): Document => {
  const errors = ((reply['writeErrors'] ?? []) as Document[]).map((failed): Document => ({ ...failed, index: kept[Number(failed['index'])]! }));
  return { n: 0, ...reply, writeErrors: [...errors, ...rejected.map((index) => ({ index, ...error }))] };
};
