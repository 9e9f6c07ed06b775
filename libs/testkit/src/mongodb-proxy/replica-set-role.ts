import { ObjectId } from 'bson';
import type { WireCommand } from './wire-command.js';
import type { WireMessage } from './wire-message.js';

/** Commands that every member executes in any role. */
const allowedInAnyRole = new Set(['ping', 'endSessions', 'killCursors', 'buildInfo']);

/** The role of the only member of a replica set: primary, or for a while a secondary without a primary. Or the router in front of it. */
export class ReplicaSetRole {
  readonly #setName: string;
  readonly #address: string;
  readonly #isRouter: boolean;
  #term = 1;
  #rejects: number | undefined;

  constructor(setName: string, address: string, isRouter: boolean) {
    this.#setName = setName;
    this.#address = address;
    this.#isRouter = isRouter;
  }

  get term(): number {
    return this.#term;
  }

  get isPrimary(): boolean {
    return this.#rejects === undefined;
  }

  /** Rejects writes with this code, and reads with that of a secondary, until the returned function is called. */
  stepDown(code: number): () => void {
    this.#rejects = code;
    return () => {
      if (this.#rejects === undefined) return;
      this.#rejects = undefined;
      this.#term += 1;
    };
  }

  rejectionOf({ name, isWrite }: WireCommand): number | undefined {
    if (this.#rejects === undefined || allowedInAnyRole.has(name)) return undefined;
    return isWrite || this.#rejects !== 10107 ? this.#rejects : 13435;
  }

  /** Returns the reply to a hello. It has no topology version, so that drivers poll instead of waiting for a change. */
  hello(reply: WireMessage): WireMessage {
    const { isPrimary } = this;
    if (this.#isRouter) return reply.with({ without: ['topologyVersion'], fields: { msg: 'isdbgrid', ismaster: true, isWritablePrimary: true, logicalSessionTimeoutMinutes: 30, ok: 1 } });
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
