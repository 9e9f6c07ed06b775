import { BSON, onDemand } from 'bson';

/** Keeps BSON's own types, so that a decoded and encoded document has the same bytes. */
const losslessBson = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

const operation = { reply: 1, query: 2004, message: 2013 } as const;

const moreToCome = 2;

/** Returns a function that takes chunks of a stream and calls `each` with every complete message. */
export const messagesOf = (each: (message: WireMessage) => void): ((chunk: Buffer) => void) => {
  let buffer = Buffer.alloc(0);
  return (chunk) => {
    buffer = buffer.length > 0 ? Buffer.concat([buffer, chunk]) : Buffer.from(chunk);
    while (buffer.length >= 4 && buffer.length >= buffer.readInt32LE(0)) {
      const length = buffer.readInt32LE(0);
      each(new WireMessage(buffer.subarray(0, length)));
      buffer = buffer.subarray(length);
    }
  };
};

/** A message of MongoDB's wire protocol: OP_MSG, and OP_QUERY with OP_REPLY for the first hello. No compression, checksum or TLS. */
export class WireMessage {
  readonly bytes: Buffer;
  #fields?: Map<string, { from: number; at: number; to: number }>;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Creates an OP_MSG. */
  static command(id: number, document: object): WireMessage {
    const head = Buffer.alloc(21);
    head.writeInt32LE(id, 4);
    head.writeInt32LE(operation.message, 12);
    return new WireMessage(framed([head, BSON.serialize(document)]));
  }

  get id(): number {
    return this.bytes.readInt32LE(4);
  }

  get answers(): number {
    return this.bytes.readInt32LE(8);
  }

  get #kind(): number {
    return this.bytes.readInt32LE(12);
  }

  get expectsReply(): boolean {
    return this.#kind !== operation.message || (this.bytes.readUInt32LE(16) & moreToCome) === 0;
  }

  get #bodyAt(): number {
    if (this.#kind === operation.message) return 21;
    return this.#kind === operation.reply ? 36 : this.bytes.indexOf(0, 20) + 9;
  }

  get body(): Buffer {
    const at = this.#bodyAt;
    return this.bytes.subarray(at, at + this.bytes.readInt32LE(at));
  }

  /** Position of each field in the body: start of the element, start of its value, end. */
  get fields(): ReadonlyMap<string, { from: number; at: number; to: number }> {
    if (this.#fields) return this.#fields;
    const body = this.body;
    this.#fields = new Map();
    for (const [, nameAt, nameLength, at, length] of onDemand.parseToElements(body)) {
      this.#fields.set(body.toString('utf8', nameAt, nameAt + nameLength), { from: nameAt - 1, at, to: at + length });
    }
    return this.#fields;
  }

  /** For a reply: whether the command as a whole succeeded. */
  get isOk(): boolean {
    const ok = this.fields.get('ok');
    return ok !== undefined && (ok.to - ok.at === 8 ? this.body.readDoubleLE(ok.at) : this.body.readInt32LE(ok.at)) === 1;
  }

  document(): Record<string, any> {
    return BSON.deserialize(this.body);
  }

  /** Returns the document sequences after the body. */
  sequences(): Map<string, Buffer[]> {
    const sequences = new Map<string, Buffer[]>();
    for (let at = this.#bodyAt + this.body.length; this.#kind === operation.message && at < this.bytes.length; ) {
      const end = at + 1 + this.bytes.readInt32LE(at + 1);
      const nameEnd = this.bytes.indexOf(0, at + 5);
      const documents: Buffer[] = [];
      for (let next = nameEnd + 1; next < end; next += documents.at(-1)!.length) documents.push(this.bytes.subarray(next, next + this.bytes.readInt32LE(next)));
      sequences.set(this.bytes.toString('utf8', at + 5, nameEnd), documents);
      at = end;
    }
    return sequences;
  }

  /** Returns the documents of a list, from the body or from a document sequence. */
  list(name: string): Buffer[] {
    const field = this.fields.get(name);
    if (!field) return this.sequences().get(name) ?? [];
    const array = this.body.subarray(field.at, field.to);
    return Array.from(onDemand.parseToElements(array), ([, , , at, length]) => array.subarray(at, at + length));
  }

  /** Returns a copy without some fields of the body and with others at its end. The bytes of all other fields do not change. */
  with({ without = [], fields = {}, sequences }: { without?: readonly string[]; fields?: object; sequences?: ReadonlyMap<string, readonly Buffer[]> }): WireMessage {
    const [old, left] = [this.body, new Set([...without, ...Object.keys(fields)])];
    const kept = [...this.fields].filter(([name]) => !left.has(name)).map(([, { from, to }]) => old.subarray(from, to));
    const added = Buffer.from(BSON.serialize(fields)).subarray(4);
    const body = Buffer.concat([Buffer.alloc(4), ...kept, added]);
    body.writeInt32LE(body.length, 0);
    const behind = sequences ? [...sequences].map(([name, documents]) => sequenceOf(name, documents)) : [this.bytes.subarray(this.#bodyAt + old.length)];
    return new WireMessage(framed([this.bytes.subarray(0, this.#bodyAt), body, ...behind]));
  }

  /** Returns the same reply for another message. */
  to(asked: WireMessage): WireMessage {
    return asked.id === this.answers ? this : asked.reply(this.body);
  }

  /** Creates a reply to this message with the given document. */
  reply(document: object | Buffer): WireMessage {
    const isMessage = this.#kind === operation.message;
    const head = Buffer.alloc(isMessage ? 21 : 36);
    head.writeInt32LE(this.id, 8);
    head.writeInt32LE(isMessage ? operation.message : operation.reply, 12);
    // OP_REPLY: set the flag AwaitCapable, and the number of documents.
    if (!isMessage) {
      head.writeInt32LE(8, 16);
      head.writeInt32LE(1, 32);
    }
    return new WireMessage(framed([head, Buffer.isBuffer(document) ? document : BSON.serialize(document)]));
  }
}

/** Decodes a document into BSON's own types. */
export const exact = (bytes: Uint8Array): Record<string, any> => BSON.deserialize(bytes, losslessBson);

const framed = (parts: readonly Uint8Array[]): Buffer => {
  const bytes = Buffer.concat(parts);
  bytes.writeInt32LE(bytes.length, 0);
  return bytes;
};

const sequenceOf = (name: string, documents: readonly Buffer[]): Buffer => {
  const bytes = Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), Buffer.from(`${name}\0`), ...documents]);
  bytes.writeInt32LE(bytes.length - 1, 1);
  return bytes;
};
