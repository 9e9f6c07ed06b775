/** Preloaded into the worker under test. Resolves the host names of these tests; all other names are looked up as usual. */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

/** Addresses that successive lookups of a name return; the last entry repeats. `2000::1` is public and unassigned. */
const addressesOf = {
  'nowhere.example': [[]],
  'rebinding.example': [['2000::1'], ['127.0.0.1']],
  'mixed.example': [['2000::1', '127.0.0.1']],
};

const { lookup } = dns;

dns.lookup = (hostname, options, callback) => {
  const left = addressesOf[hostname];
  if (!left) return lookup(hostname, options, callback);
  const found = (left.length > 1 ? left.shift() : left[0]).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const missing = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' });
  return process.nextTick(() => (found.length === 0 ? callback(missing) : callback(null, found)));
};
syncBuiltinESMExports();
