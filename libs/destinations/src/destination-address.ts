import { isIP } from 'node:net';
import { isPublicAddress } from './address-guard.js';

/** Thrown when requests must not be sent to the destination's address. The message is the reason, to be used inside a sentence. */
export class AddressBlocked extends Error {
  override readonly name = 'AddressBlocked';
}

/** The endpoint of a connection. An IPv6 `hostname` may have the brackets of a URL or none. */
export interface Target {
  protocol: string;
  hostname: string;
  port: string;
}

/** Returns a check for hosts that may be private. An entry is a host, or a host and port: `localhost`, `127.0.0.1:4010`, `[::1]:80`. */
export const privateHosts = (allowed: readonly string[]): ((target: Target) => boolean) => {
  const names = new Set(allowed.map((entry) => entry.toLowerCase()));
  return ({ protocol, hostname, port }) => {
    const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname.toLowerCase();
    return names.has(host) || names.has(`${host}:${port || (protocol === 'https:' ? '443' : '80')}`);
  };
};

/** Returns why requests must not be sent to the address, to be used inside a sentence. Undefined if the address is allowed. Looks up no name. */
export const addressProblem = (address: string, allowedPrivateHosts: readonly string[]): string | undefined => {
  try {
    assertAllowedAddress(address, privateHosts(allowedPrivateHosts));
    return undefined;
  } catch (error) {
    if (!(error instanceof AddressBlocked)) throw error;
    return error.message;
  }
};

/** Checks an address without a name lookup. Throws AddressBlocked when the address must not be used. */
export const assertAllowedAddress = (address: string, isAllowedPrivate: (target: Target) => boolean): void => {
  if (!URL.canParse(address)) throw new AddressBlocked('it is not a URL');
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') throw new AddressBlocked('it contains credentials, which belong in the secret');
  if (isAllowedPrivate(url) && /^https?:$/.test(url.protocol)) return;
  if (url.protocol !== 'https:') throw new AddressBlocked('it does not use https');
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !isPublicAddress(literal)) throw new AddressBlocked('it is not public');
};
