import { randomUUID } from 'node:crypto';

/** Who sends the reset of which order; the bare floors are sent the same bytes. */
export interface Caller {
  apiKey: string;
  tenantName: string;
  destTenantName: string;
}

export interface Target {
  url: string;
  callers: Caller[];
  /** The order numbers `from` on are used, one for each request, so that none waits for another. */
  from: number;
  prefix: string;
}

export interface Prepared {
  text: string;
  correlationId: string;
}

/** The bytes of request `index`. */
export const requestOf = ({ url, callers, from, prefix }: Target, index: number): Prepared => {
  const { pathname, host } = new URL(url);
  const order = from + index;
  const caller = callers[order % callers.length]!;
  const correlationId = randomUUID();
  const body = JSON.stringify({ order: { order_number: `${prefix}${order}` } });
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    `X-API-Key: ${caller.apiKey}`,
    `X-Tenant-Name: ${caller.tenantName}`,
    `X-Dest-Tenant-Name: ${caller.destTenantName}`,
    `X-Correlation-ID: ${correlationId}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  return { text: `${head.join('\r\n')}\r\n\r\n${body}`, correlationId };
};
