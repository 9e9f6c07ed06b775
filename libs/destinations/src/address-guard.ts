import ipaddr from 'ipaddr.js';

/** The only IPv6 space that is routed in public; mapped, translated, compatible and local forms all lie outside it. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Azure's host agent, which hands out a machine's credentials from an address that looks public. */
const hostAgent = '168.63.129.16';

/** Whether an address, in any form the system may write it, belongs to the public internet. */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || parsed.toString() === hostAgent) return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast);
};
