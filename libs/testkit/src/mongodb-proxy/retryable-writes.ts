import type { WireCommand } from './wire-command.js';
import { WireMessage } from './wire-message.js';

/** Sessions whose newest write is remembered. A server remembers them for half an hour; a campaign must not fill its memory. */
const mostSessions = 1_000;

/**
 * Carries each retryable write out once, as a server does and the embedded engine does not: a repeat has the number of the write before it,
 * waits while that one is still on its way, and gets its reply.
 */
export class RetryableWrites {
  readonly #newest = new Map<string, { number: bigint; reply: Promise<WireMessage | undefined> }>();

  /** The reply; undefined when the line broke before it came, `too-old` when the session has gone on since. */
  async once(command: WireCommand, run: () => Promise<WireMessage | undefined>): Promise<WireMessage | 'too-old' | undefined> {
    const { transaction } = command;
    if (!transaction) return run();
    const { session, number } = transaction;
    const known = this.#newest.get(session);
    if (known && known.number > number) return 'too-old';
    if (known?.number === number) return (await known.reply)?.to(command.message);
    // Copied, because a message is a piece of whatever chunk it came in.
    const entry = { number, reply: run().then((reply) => reply && new WireMessage(Buffer.from(reply.bytes))) };
    // Set again, the session is the last to be forgotten.
    this.#newest.delete(session);
    this.#newest.set(session, entry);
    if (this.#newest.size > mostSessions) this.#newest.delete(this.#newest.keys().next().value!);
    const reply = await entry.reply;
    // What failed as a whole changed nothing, so a repeat is carried out. A lost reply leaves that open, and is no reason to run it twice.
    if (reply && !reply.isOk && this.#newest.get(session) === entry) this.#newest.delete(session);
    return reply;
  }
}
