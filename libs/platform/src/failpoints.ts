import { channel } from 'node:diagnostics_channel';

/** Where everybody who asked hears that a call is about to be made, or has been answered. Published: `{ point: string }`. */
export const failpointChannel = channel('crossroads:point');

/**
 * The port, announcing each of its calls as `<port>.<method> before` and `… after`; `label` may add what the call is about.
 * For crash campaigns, which end the process at a point they name. While nobody listens at start, it is the port itself and costs nothing.
 */
export const withFailpoints = <Port extends object>(name: string, port: Port, label?: (method: string, args: unknown[]) => string | undefined): Port => {
  if (!failpointChannel.hasSubscribers) return port;
  const methods = Object.entries(port).map(([method, call]) => {
    if (typeof call !== 'function') return [method, call];
    const publishing = async (...args: unknown[]): Promise<unknown> => {
      const about = label?.(method, args);
      const point = `${name}.${method}${about === undefined ? '' : `:${about}`}`;
      failpointChannel.publish({ point: `${point} before` });
      const answer: unknown = await Reflect.apply(call, port, args);
      failpointChannel.publish({ point: `${point} after` });
      return answer;
    };
    return [method, publishing];
  });
  return Object.fromEntries(methods) as Port;
};
