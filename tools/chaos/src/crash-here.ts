/**
 * Preloaded into a worker with `node --import`: ends, stops or freezes it at the points the campaign orders in the folder named by
 * CHAOS_CRASH_FOLDER. Without that variable it does nothing, and the worker has no switch of its own.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { CrashOrder } from './crash-order.js';
import { crashFolderVariable, isAt, readOrders, takeHit } from './crash-order.js';

/** Milliseconds a reading of the orders is trusted. */
const readAgainMs = 20;

const folder = process.env[crashFolderVariable];
let orders: CrashOrder[] = [];
let readAt = -Infinity;

const act = ({ act, freezeMs = 0 }: CrashOrder): void => {
  if (act === 'kill') process.kill(process.pid, 'SIGKILL');
  if (act === 'stop') process.kill(process.pid, 'SIGSTOP');
  if (act === 'freeze') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, freezeMs);
};

if (folder !== undefined) {
  subscribe('crossroads:point', (message) => {
    const { point } = message as { point: string };
    if (performance.now() - readAt > readAgainMs) {
      orders = readOrders(folder);
      readAt = performance.now();
    }
    const order = orders.find((candidate) => isAt(candidate, point));
    if (!order || !takeHit(folder, order, { pid: process.pid, point, at: Date.now() })) return;
    if (order.afterMs === undefined) return act(order);
    setTimeout(act, order.afterMs, order);
  });
}
