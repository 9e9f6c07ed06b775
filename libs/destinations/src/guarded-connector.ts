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

const rejection = () => new AddressBlocked('its host has an address that is not public');

/**
 * Opens sockets to public addresses only. A name is judged by the very answer the socket then connects to: were it
 * looked up once to check and once to connect, a name server could answer the two differently.
 */
export const guardedConnector = ({ isAllowedPrivate, connectMs, lookup = systemLookup as LookupFunction }: Options): buildConnector.connector => {
  // Said outright, or NODE_TLS_REJECT_UNAUTHORIZED in somebody's environment would switch it off.
  const always = { timeout: connectMs, rejectUnauthorized: true };
  const toAnywhere = buildConnector({ ...always, lookup });
  const toPublic = buildConnector({ ...always, lookup: publicOnly(lookup) });
  return (options, callback) => {
    if (isAllowedPrivate(options)) return toAnywhere(options, callback);
    // Node asks no lookup about an address that is written out.
    if (isIP(options.hostname) !== 0 && !isPublicAddress(options.hostname)) return callback(rejection(), null);
    return toPublic(options, (...[error, socket]) => {
      if (error) return callback(error, null);
      if (isPublicAddress(socket.remoteAddress ?? '')) return callback(null, socket);
      socket.destroy();
      return callback(rejection(), null);
    });
  };
};

const publicOnly = (lookup: LookupFunction): LookupFunction => (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '', 0);
    const addresses = found as unknown as LookupAddress[];
    const [first] = addresses;
    // One private answer among public ones is refused too: which of them the socket tries is not ours to say.
    if (!first || !addresses.every(({ address }) => isPublicAddress(address))) return callback(rejection(), '', 0);
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};
