import ipaddr from 'ipaddr.js';

/** The only IPv6 range with public routes. Mapped, translated, compatible and local addresses lie outside it. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** The host agent of Azure. It serves a machine's credentials from an address that looks public. */
const azureHostAgent = '168.63.129.16';

/** Returns whether an address, in any notation, belongs to the public internet. */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || parsed.toString() === azureHostAgent) return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast);
};
