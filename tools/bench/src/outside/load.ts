import { Connection } from './connection.js';
import type { Target } from './requests.js';
import { requestOf } from './requests.js';

export interface Saturation {
  perS: number;
  /** Answers other than 200. */
  failed: number;
  sent: number;
}

/** As much as the server takes: every connection sends its next request when it has the answer to the last. */
export const saturate = async (target: Target, connections: number, forMs: number): Promise<Saturation> => {
  const port = Number(new URL(target.url).port);
  const all = Array.from({ length: connections }, () => new Connection(port));
  const began = performance.now();
  let sent = 0;
  let taken = 0;
  let failed = 0;
  await Promise.all(
    all.map(async (connection) => {
      while (performance.now() - began < forMs) {
        const status = await connection.send(requestOf(target, sent++).text);
        if (status === 200) taken += 1;
        else failed += 1;
      }
    }),
  );
  const perS = taken / ((performance.now() - began) / 1_000);
  for (const connection of all) connection.close();
  return { perS, failed, sent };
};

export interface Pace {
  perS: number;
  count: number;
}

/** Sends at a fixed rate whatever the server does, each request up to half an interval early or late; calls back with each. */
export const paced = async (target: Target, { perS, count }: Pace, each: (sent: { correlationId: string; at: number; status: Promise<number> }) => void): Promise<void> => {
  const port = Number(new URL(target.url).port);
  const free: Connection[] = [];
  const every: Connection[] = [];
  const prepared = Array.from({ length: count }, (_, index) => requestOf(target, index));
  const dueAt = prepared.map((_, index) => ((index + Math.random() - 0.5) * 1_000) / perS).sort((a, b) => a - b);
  const began = performance.now() + 50;
  const answers: Promise<number>[] = [];
  for (const [index, { text, correlationId }] of prepared.entries()) {
    const restMs = began + dueAt[index]! - performance.now();
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
    let connection = free.pop();
    if (!connection) every.push((connection = new Connection(port)));
    const used = connection;
    const at = performance.now();
    const status = used.send(text).finally(() => free.push(used));
    answers.push(status);
    each({ correlationId, at, status });
  }
  await Promise.all(answers);
  for (const connection of every) connection.close();
};
