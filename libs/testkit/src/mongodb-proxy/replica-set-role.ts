import { ObjectId } from 'bson';
import type { WireCommand } from './wire-command.js';
import type { WireMessage } from './wire-message.js';

/** What any member answers, whatever its role. */
const answeredAnyway = new Set(['ping', 'endSessions', 'killCursors', 'buildInfo']);

/** The one member of a replica set that there is: its primary, or for a while a secondary that knows of none. */
export class ReplicaSetRole {
  readonly #setName: string;
  readonly #address: string;
  #term = 1;
  #rejects: number | undefined;

  constructor(setName: string, address: string) {
    this.#setName = setName;
    this.#address = address;
  }

  get term(): number {
    return this.#term;
  }

  get isPrimary(): boolean {
    return this.#rejects === undefined;
  }

  /** Refuses writes with this code, and reads with that of a secondary, until the returned function is called. */
  stepDown(code: number): () => void {
    this.#rejects = code;
    return () => {
      if (this.#rejects === undefined) return;
      this.#rejects = undefined;
      this.#term += 1;
    };
  }

  rejectionOf({ name, isWrite }: WireCommand): number | undefined {
    if (this.#rejects === undefined || answeredAnyway.has(name)) return undefined;
    return isWrite || this.#rejects !== 10107 ? this.#rejects : 13435;
  }

  /** The reply to a hello, as this member gives it. Without a topology version drivers ask again every so often instead of waiting for a change. */
  hello(reply: WireMessage): WireMessage {
    const { isPrimary } = this;
    return reply.with({
      without: ['topologyVersion', 'primary'],
      fields: {
        helloOk: true,
        ismaster: isPrimary,
        isWritablePrimary: isPrimary,
        secondary: !isPrimary,
        setName: this.#setName,
        setVersion: 1,
        electionId: new ObjectId(`7fffffff${this.#term.toString(16).padStart(16, '0')}`),
        hosts: [this.#address],
        me: this.#address,
        ...(isPrimary && { primary: this.#address }),
        logicalSessionTimeoutMinutes: 30,
        lastWrite: { lastWriteDate: new Date() },
        ok: 1,
      },
    });
  }
}
