import type { mongo } from 'mongoose';

/** The driver checks each server every 2 s. It waits at most 2 s for a connection and 2 s for the reply. */
const silentForMs = 10_000;

/** Milliseconds until the second check. */
const confirmAfterMs = 2_000;

/**
 * Calls `onSilent` once when the driver has stopped monitoring its servers. Returns a function that ends the watch.
 * A connection that breaks at a bad moment can leave the driver's monitor waiting for a reply for ever.
 * Then every operation fails until the process ends, although MongoDB is available again.
 * Two checks in a row must fail, since after a pause of the process the last heartbeat is old.
 */
export const watchHeartbeats = (client: mongo.MongoClient, onSilent: () => void): (() => void) => {
  let timer: NodeJS.Timeout | undefined;
  const check = (afterMs: number, onSilence: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(onSilence, afterMs).unref();
  };
  const onHeartbeat = (): void => check(silentForMs, () => check(confirmAfterMs, giveUp));
  const stop = (): void => {
    clearTimeout(timer);
    client.off('serverHeartbeatSucceeded', onHeartbeat).off('serverHeartbeatFailed', onHeartbeat);
  };
  const giveUp = (): void => {
    stop();
    onSilent();
  };
  client.on('serverHeartbeatSucceeded', onHeartbeat).on('serverHeartbeatFailed', onHeartbeat);
  onHeartbeat();
  return stop;
};
