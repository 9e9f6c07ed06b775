/**
 * Notifications that the state of a saga was saved, by Redis pub/sub. Best effort: Redis stores none, and one may be lost.
 * A receiver reads the saga in MongoDB, so a forged notification costs one read.
 */
import type { Connection, QueueName } from './connection.js';
import { defaultQueueName, failFastConnection, keyPrefix } from './connection.js';
import { readRedisUrl } from './redis-url.js';

/** The Redis user may not use the channel. The message contains the ACL rule to add. */
export class NotificationsDenied extends Error {
  override readonly name = 'NotificationsDenied';
}

/** Sends the id of a saga whose state was saved. Returns at once and never throws. */
export type NotifySaved = (sagaId: string) => void;

export interface SubscriptionListener {
  /** Called with the ids of sagas whose state was saved. */
  saved(sagaIds: readonly string[]): void;
  /** Called when notifications begin to arrive. Earlier ones are lost. */
  opened(): void;
  /** Called when no more notifications arrive, because Redis is unavailable or after `pause`. */
  closed(): void;
}

/** Receives the notifications of one installation. */
export interface SagaSubscription {
  listen(listener: SubscriptionListener): void;
  /** Starts the subscription, and keeps it until `pause` or `close`. */
  resume(): void;
  pause(): void;
  close(): Promise<void>;
}

/** Separates the ids in a message. */
const separator = ' ';

/** Milliseconds until a rejected subscription is repeated. */
const repeatAfterMs = 1_000;

/** Returns the channel of an installation. Redis delivers to the subscribers of all its databases, so the name contains the database. */
const channelOf = (redisUrl: string, queueName: QueueName): string => `${keyPrefix(queueName)}:${queueName.name}:saved:${readRedisUrl(redisUrl).options.db ?? 0}`;

const deniedBy = (error: unknown, channel: string): NotificationsDenied | undefined =>
  error instanceof Error && error.message.startsWith('NOPERM')
    ? new NotificationsDenied(`The Redis user may not use the channel ${channel}, so waiting callers learn of the end later. Add &${channel.slice(0, channel.indexOf('}') + 1)}:* to the user's ACL.`, { cause: error })
    : undefined;

/** Returns a function that sends notifications over an open connection. Sagas that are saved together need one message. `onDenied` is called once. */
export const createNotifySaved = (connection: Connection, redisUrl: string, queueName: QueueName, onDenied: (error: NotificationsDenied) => void): NotifySaved => {
  const channel = channelOf(redisUrl, queueName);
  const saved = new Set<string>();
  let isReported = false;

  const send = (): void => {
    const message = [...saved].join(separator);
    saved.clear();
    // Without a connection, ioredis would keep the message until Redis is back. Other errors are reported by the connection.
    if (connection.status !== 'ready') return;
    connection.publish(channel, message).catch((error: unknown) => {
      const denied = deniedBy(error, channel);
      if (denied && !isReported) onDenied(denied);
      isReported ||= denied !== undefined;
    });
  };

  return (sagaId) => {
    if (saved.size === 0) setImmediate(send);
    saved.add(sagaId);
  };
};

/** Opens a subscription, which connects at its first `resume`. `onError` is called for each lost connection and rejected subscription; both are repeated. */
export const openSagaSubscription = (redisUrl: string, onError: (error: Error) => void, queueName: QueueName = defaultQueueName): SagaSubscription => {
  const channel = channelOf(redisUrl, queueName);
  let listener: SubscriptionListener | undefined;
  let connection: Connection | undefined;
  let isWanted = false;
  let isOpen = false;
  let repeat: NodeJS.Timeout | undefined;

  const setOpen = (next: boolean): void => {
    if (next === isOpen) return;
    isOpen = next;
    if (isOpen) listener?.opened();
    else listener?.closed();
  };

  const subscribe = async (to: Connection): Promise<void> => {
    clearTimeout(repeat);
    if (!isWanted || to.status !== 'ready') return;
    try {
      await to.subscribe(channel);
      setOpen(isWanted && to.status === 'ready');
    } catch (error) {
      // A lost connection reports itself, and subscribes when it is ready again.
      if (!isWanted || to.status !== 'ready') return;
      onError(deniedBy(error, channel) ?? (error as Error));
      repeat = setTimeout(() => void subscribe(to), repeatAfterMs);
      repeat.unref();
    }
  };

  const connect = (): Connection => {
    const opened = failFastConnection(redisUrl, onError, { autoResubscribe: false });
    opened.on('message', (_: string, message: string) => listener?.saved(message.split(separator)));
    opened.on('ready', () => void subscribe(opened));
    opened.on('close', () => setOpen(false));
    return opened;
  };

  return {
    listen: (to) => void (listener = to),
    resume() {
      if (isWanted) return;
      isWanted = true;
      connection ??= connect();
      void subscribe(connection);
    },
    pause() {
      isWanted = false;
      clearTimeout(repeat);
      setOpen(false);
      if (connection?.status === 'ready') connection.unsubscribe(channel).catch(() => undefined);
    },
    async close() {
      isWanted = false;
      clearTimeout(repeat);
      connection?.disconnect();
    },
  };
};
