import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** One keep-alive connection, with one request at a time on it. Cheap, so that what is measured is the server. */
export class Connection {
  readonly #port: number;
  #socket: Socket | undefined;
  #received = '';
  #result: ((status: number) => void) | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** Answers the status; 0 when the connection broke. */
  async send(request: string): Promise<number> {
    const socket = this.#socket ?? (await this.#open());
    return new Promise((resolve) => {
      this.#result = resolve;
      socket.write(request);
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Promise<Socket> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, '127.0.0.1', () => resolve(socket));
      socket.setNoDelay(true).setEncoding('latin1');
      socket.on('data', (text: string) => this.#take(text));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (this.#socket === socket) this.#socket = undefined;
        this.#answer(0);
      });
      this.#socket = socket;
    });
  }

  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    this.#received = '';
    // The server closes each connection after some requests, and says so.
    if (/connection: close/i.test(head)) {
      this.#socket?.destroy();
      this.#socket = undefined;
    }
    this.#answer(Number(head.slice(9, 12)));
  }

  #answer(status: number): void {
    const result = this.#result;
    this.#result = undefined;
    result?.(status);
  }
}
