import { BSON } from 'bson';
import { guardedOperation } from './guarded-operation.js';
import type { WireMessage } from './wire-message.js';

type Document = Record<string, any>;

/** One operation of a command on one collection. */
export interface Operation {
  kind: 'insert' | 'update' | 'delete' | 'read' | 'other';
  collection: string;
  document?: Document;
  filter?: Document;
  /** Of a guarded update only its changes, as an update document. */
  update?: Document | Document[];
  /** The conditions in the pipeline of a guarded update, as a filter. Such an update always matches its document, and changes it only if they hold. */
  conditions?: Document;
}

const writes = new Set(['insert', 'update', 'delete', 'findAndModify', 'bulkWrite']);

/** Name of the list with a command's operations. */
const listOf: Record<string, string> = { insert: 'documents', update: 'updates', delete: 'deletes', bulkWrite: 'ops' };

/** A command to MongoDB. Its operations are decoded only when they are read, since a whole load passes the proxy. */
export class WireCommand {
  readonly message: WireMessage;
  readonly name: string;
  #operations?: Operation[];

  constructor(message: WireMessage) {
    this.message = message;
    this.name = message.fields.keys().next().value ?? '';
  }

  get isWrite(): boolean {
    return writes.has(this.name);
  }

  get isHello(): boolean {
    return this.name === 'hello' || this.name.toLowerCase() === 'ismaster';
  }

  /** Session and transaction number, by which a server recognizes a retry. Absent when the driver does not retry the command. */
  get transaction(): { session: string; number: bigint } | undefined {
    const { fields, body } = this.message;
    const [lsid, number] = [fields.get('lsid'), fields.get('txnNumber')];
    return lsid && number && { session: body.toString('hex', lsid.at, lsid.to), number: body.readBigInt64LE(number.at) };
  }

  /** Name of the list with the operations. Absent for commands with one operation. */
  get list(): string | undefined {
    return listOf[this.name];
  }

  get operations(): readonly Operation[] {
    this.#operations ??= operationsOf(this.name, this.list, this.message).map(unwrapped);
    return this.#operations;
  }
}

const unwrapped = (operation: Operation): Operation => ({ ...operation, ...guardedOperation(operation.update) });

const operationsOf = (name: string, list: string | undefined, message: WireMessage): Operation[] => {
  const body = message.document();
  const listed = (field: string): Document[] => message.list(field).map((bytes) => BSON.deserialize(bytes));
  const collection = String(body[name]);
  if (name === 'bulkWrite') {
    const names = listed('nsInfo').map(({ ns }) => (ns as string).slice((ns as string).indexOf('.') + 1));
    return listed('ops').map((op) => {
      const kind = (['insert', 'update', 'delete'] as const).find((word) => word in op) ?? 'other';
      return { kind, collection: names[op[kind]] ?? '', ...(op['document'] && { document: op['document'] }), ...(op['filter'] && { filter: op['filter'] }), ...(op['updateMods'] && { update: op['updateMods'] }) };
    });
  }
  if (name === 'insert') return listed(list!).map((document) => ({ kind: 'insert', collection, document }));
  if (name === 'update' || name === 'delete') return listed(list!).map(({ q, u }) => ({ kind: name, collection, filter: q, ...(u && { update: u }) }));
  if (name === 'findAndModify') return [{ kind: body['remove'] ? 'delete' : 'update', collection, filter: body['query'] ?? {}, ...(body['update'] && { update: body['update'] }) }];
  if (name === 'find') return [{ kind: 'read', collection, filter: body['filter'] ?? {} }];
  if (name === 'count' || name === 'distinct') return [{ kind: 'read', collection, filter: body['query'] ?? {} }];
  if (name === 'aggregate') return [{ kind: 'read', collection, filter: body['pipeline']?.[0]?.$match ?? {} }];
  return [{ kind: 'other', collection: name === 'getMore' ? String(body['collection']) : collection }];
};
