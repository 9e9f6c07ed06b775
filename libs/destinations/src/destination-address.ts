import { isIP } from 'node:net';
import { isPublicAddress } from './address-guard.js';

/** The destination's address is one we must not talk to. */
export class AddressBlocked extends Error {
  override readonly name = 'AddressRefused';
}

/** Where a connection goes. `hostname` as in a URL or without an IPv6 address' brackets. */
export interface Target {
  protocol: string;
  hostname: string;
  port: string;
}

/** Tells the hosts that may be private. An entry is a host, or a host and port: `localhost`, `127.0.0.1:4010`, `[::1]:80`. */
export const privateHosts = (allowed: readonly string[]): ((target: Target) => boolean) => {
  const names = new Set(allowed.map((entry) => entry.toLowerCase()));
  return ({ protocol, hostname, port }) => {
    const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname.toLowerCase();
    return names.has(host) || names.has(`${host}:${port || (protocol === 'https:' ? '443' : '80')}`);
  };
};

/** What can be told of an address without asking a name server. Throws AddressRefused. */
export const assertUsable = (address: string, isAllowedPrivate: (target: Target) => boolean): void => {
  if (!URL.canParse(address)) throw new AddressBlocked('it is no URL');
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') throw new AddressBlocked('it carries credentials, which belong in the secret');
  if (isAllowedPrivate(url) && /^https?:$/.test(url.protocol)) return;
  if (url.protocol !== 'https:') throw new AddressBlocked('it is not https');
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !isPublicAddress(literal)) throw new AddressBlocked('it is not a public one');
};
