/** Preloaded into the worker under test: a name server for the names these tests make up. Every other name is looked up as always. */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

/** What each answers, one lookup after the other; the last for good. `2000::1` is public and nobody's. */
const answers = {
  'nowhere.example': [[]],
  'rebinding.example': [['2000::1'], ['127.0.0.1']],
  'two-faced.example': [['2000::1', '127.0.0.1']],
};

const { lookup } = dns;

dns.lookup = (hostname, options, callback) => {
  const left = answers[hostname];
  if (!left) return lookup(hostname, options, callback);
  const found = (left.length > 1 ? left.shift() : left[0]).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const missing = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' });
  return process.nextTick(() => (found.length === 0 ? callback(missing) : callback(null, found)));
};
syncBuiltinESMExports();
