import { channel } from 'node:diagnostics_channel';

/** Publishes `{ point: string }` before and after each call of a port with failpoints. */
export const failpointChannel = channel('crossroads:point');

/**
 * Returns the port with a failpoint before and after each call: `<port>.<method> before` and `… after`. `label` may add the subject of the call.
 * Crash tests end the process at such a point. Without a subscriber at start, it returns the port itself, which costs nothing.
 */
export const withFailpoints = <Port extends object>(name: string, port: Port, label?: (method: string, args: unknown[]) => string | undefined): Port => {
  if (!failpointChannel.hasSubscribers) return port;
  const methods = Object.entries(port).map(([method, call]) => {
    if (typeof call !== 'function') return [method, call];
    const publishing = async (...args: unknown[]): Promise<unknown> => {
      const subject = label?.(method, args);
      const point = `${name}.${method}${subject === undefined ? '' : `:${subject}`}`;
      failpointChannel.publish({ point: `${point} before` });
      const result: unknown = await Reflect.apply(call, port, args);
      failpointChannel.publish({ point: `${point} after` });
      return result;
    };
    return [method, publishing];
  });
  return Object.fromEntries(methods) as Port;
};
