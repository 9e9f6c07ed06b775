import type { Face } from './face.js';

/** What a reader needs to go on alone. */
export const banner = (face: Face, dataDir: string): string => {
  const [order] = face.orders;
  const caller = face.tenants.find(({ name }) => name === order!.origin)!;
  return `
  intake       ${face.intake_url}
  dashboard    ${face.ops_url}/queues   (${face.operator.username} / ${face.operator.password})
  destination  ${face.destination_url}/received
  keys         ${face.tenants.map(({ name, api_key }) => `${name}: ${api_key}`).join('\n               ')}
  everything   ${dataDir}/sandbox.json, logs in ${dataDir}/sandbox.log

Reset an order yourself:

  curl -s ${face.intake_url}/v1/order/reset \\
    -H 'X-API-Key: ${caller.api_key}' \\
    -H 'X-Dest-Tenant-Name: ${order!.destination}' \\
    -H 'Content-Type: application/json' \\
    -d '{"order": {"order_number": "${order!.order_number}"}}'

Ctrl-C ends everything.
`;
};
