import type { SandboxInfo } from './sandbox-info.js';

/** Formats URLs, keys and a sample command for the terminal. */
export const banner = (info: SandboxInfo, dataDir: string): string => {
  const [order] = info.orders;
  const caller = info.tenants.find(({ name }) => name === order!.origin)!;
  return `
  intake       ${info.intake_url}
  dashboard    ${info.ops_url}/   (${info.operator.username} / ${info.operator.password})
  destination  ${info.destination_url}/received
  keys         ${info.tenants.map(({ name, api_key }) => `${name}: ${api_key}`).join('\n               ')}
  details      ${dataDir}/sandbox.json, logs in ${dataDir}/sandbox.log

To reset an order:

  curl -s ${info.intake_url}/v1/order/reset \\
    -H 'X-API-Key: ${caller.api_key}' \\
    -H 'X-Dest-Tenant-Name: ${order!.destination}' \\
    -H 'Content-Type: application/json' \\
    -d '{"order": {"order_number": "${order!.order_number}"}}'

Ctrl-C stops everything.
`;
};
