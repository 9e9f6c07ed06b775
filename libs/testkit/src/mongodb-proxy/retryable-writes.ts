import type { WireCommand } from './wire-command.js';
import { WireMessage } from './wire-message.js';

/** Sessions whose newest write is kept. A server keeps them for 30 minutes; here the limit saves memory. */
const mostSessions = 1_000;

/**
 * Executes each retryable write once, as a server does. The embedded engine does not.
 * A retry has the transaction number of the first attempt, waits for it and gets its reply.
 */
export class RetryableWrites {
  readonly #newest = new Map<string, { number: bigint; reply: Promise<WireMessage | undefined> }>();

  /** Returns the reply; undefined when the connection was cut before, `too-old` when the session has a newer write. */
  async once(command: WireCommand, run: () => Promise<WireMessage | undefined>): Promise<WireMessage | 'too-old' | undefined> {
    const { transaction } = command;
    if (!transaction) return run();
    const { session, number } = transaction;
    const known = this.#newest.get(session);
    if (known && known.number > number) return 'too-old';
    if (known?.number === number) return (await known.reply)?.to(command.message);
    // Copy the bytes: the message is a part of a larger chunk, which would otherwise stay in memory.
    const entry = { number, reply: run().then((reply) => reply && new WireMessage(Buffer.from(reply.bytes))) };
    // Insert the session again, so that it is the last to be evicted.
    this.#newest.delete(session);
    this.#newest.set(session, entry);
    if (this.#newest.size > mostSessions) this.#newest.delete(this.#newest.keys().next().value!);
    const reply = await entry.reply;
    // A failed command changed nothing, so a retry is executed. After a lost reply it must not be executed twice.
    if (reply && !reply.isOk && this.#newest.get(session) === entry) this.#newest.delete(session);
    return reply;
  }
}
