import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { isPublicAddress } from './address-guard.js';
import type { Target } from './destination-address.js';
import { AddressBlocked } from './destination-address.js';

interface Options {
  isAllowedPrivate: (target: Target) => boolean;
  connectMs: number;
  lookup?: LookupFunction | undefined;
}

const blocked = () => new AddressBlocked('its host has an address that is not public');

/**
 * Returns a connector that opens sockets to public addresses only. The check uses the same lookup as the socket.
 * With a separate lookup for the check, a name server could return a public address first and a private address second.
 */
export const guardedConnector = ({ isAllowedPrivate, connectMs, lookup = systemLookup as LookupFunction }: Options): buildConnector.connector => {
  // Without the explicit option, NODE_TLS_REJECT_UNAUTHORIZED in the environment could disable the certificate check.
  const always = { timeout: connectMs, rejectUnauthorized: true };
  const toAnywhere = buildConnector({ ...always, lookup });
  const toPublic = buildConnector({ ...always, lookup: publicOnly(lookup) });
  return (options, callback) => {
    if (isAllowedPrivate(options)) return toAnywhere(options, callback);
    // Node calls no lookup function for an IP address.
    if (isIP(options.hostname) !== 0 && !isPublicAddress(options.hostname)) return callback(blocked(), null);
    return toPublic(options, (...[error, socket]) => {
      if (error) return callback(error, null);
      if (isPublicAddress(socket.remoteAddress ?? '')) return callback(null, socket);
      socket.destroy();
      return callback(blocked(), null);
    });
  };
};

const publicOnly = (lookup: LookupFunction): LookupFunction => (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '', 0);
    const addresses = found as unknown as LookupAddress[];
    const [first] = addresses;
    // A single private address among public ones blocks the host, because the socket chooses among them.
    if (!first || !addresses.every(({ address }) => isPublicAddress(address))) return callback(blocked(), '', 0);
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};
