import type { Pace, Reply, Target } from './load.js';
import { Connection, paced, requestOf } from './load.js';

/** Resets at a fixed rate, or `count` of them as fast as `connections` callers get their responses. */
export type ResetLoad = Pace | { connections: number; count: number };

export interface SentResets {
  /** Milliseconds since 1970 at the first POST. */
  firstPostAt: number;
  /** Milliseconds from each POST that does not wait to its response, which has status `pending`. */
  pendingMs: number[];
  /** Milliseconds from each POST that waits to its response, which has status `synced`. */
  outcomeMs: number[];
  /** Responses with another status. */
  failed: string[];
}

/** Seconds that a waiting caller lets the intake hold the response. */
const waitS = 20;

/** At a fixed rate every second caller waits for the outcome. */
const isWaiting = (index: number): boolean => index % 2 === 1;

/** Sends resets and measures their responses. */
export const sendResets = async (target: Target, load: ResetLoad): Promise<SentResets> => {
  const sent: SentResets = { firstPostAt: Date.now(), pendingMs: [], outcomeMs: [], failed: [] };
  const note = (ms: number, reply: Reply, waits: boolean): void => {
    const expected = waits ? 'synced' : 'pending';
    if (reply.status === 200 && reply.body.includes(`"status":"${expected}"`)) (waits ? sent.outcomeMs : sent.pendingMs).push(ms);
    else sent.failed.push(`${reply.status} ${reply.body.slice(0, 200)}`);
  };
  if ('perS' in load) {
    const headers = (index: number) => (isWaiting(index) ? [`Prefer: wait=${waitS}`] : []);
    await paced({ ...target, headers }, load, ({ index, at, reply }) => {
      if (index === 0) sent.firstPostAt = Date.now();
      void reply.then((received) => note(performance.now() - at, received, isWaiting(index)));
    });
    return sent;
  }
  const port = Number(new URL(target.url).port);
  const connections = Array.from({ length: load.connections }, () => new Connection(port));
  let next = 0;
  await Promise.all(
    connections.map(async (connection) => {
      while (next < load.count) {
        const { text } = requestOf(target, next++);
        const at = performance.now();
        const reply = await connection.send(text);
        note(performance.now() - at, reply, false);
      }
    }),
  );
  for (const connection of connections) connection.close();
  return sent;
};
