import type { mongo } from 'mongoose';

/** The driver asks each server for its state every 2 s and waits at most 2 s for a connection and 2 s for the reply. */
const silentForMs = 10_000;

const lookEveryMs = 2_000;

/**
 * Calls `onSilent` once when the driver has stopped monitoring its servers. A connection that breaks at a bad moment can leave the driver's monitor
 * waiting for a reply that never comes: then it never learns that MongoDB is back, and every operation fails until the process ends.
 * Two looks in a row, since a process that was paused finds its last heartbeat old. Returns a function that ends the watch.
 */
export const watchHeartbeats = (client: mongo.MongoClient, onSilent: () => void): (() => void) => {
  let last = performance.now();
  let suspect = false;
  const heard = (): void => void (last = performance.now());
  client.on('serverHeartbeatSucceeded', heard).on('serverHeartbeatFailed', heard);
  const stop = (): void => {
    clearInterval(timer);
    client.off('serverHeartbeatSucceeded', heard).off('serverHeartbeatFailed', heard);
  };
  const timer = setInterval(() => {
    const silent = performance.now() - last > silentForMs;
    if (silent && suspect) {
      stop();
      onSilent();
    }
    suspect = silent;
  }, lookEveryMs);
  timer.unref();
  return stop;
};
