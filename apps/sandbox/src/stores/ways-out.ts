const stores = {
  redis: { label: 'Redis', install: 'apt-get install redis-server', variable: 'REDIS_URL' },
  mongodb: { label: 'MongoDB', install: 'apt-get install libc6 of version 2.38 or later', variable: 'MONGODB_URI' },
} as const;

/** The one error for a store that this machine can neither find nor fetch; `cause` keeps what was tried. */
export function noStore(store: keyof typeof stores, cause: unknown): Error {
  const { label, install, variable } = stores[store];
  return new Error(
    `${label} cannot be had on this machine (${reason(cause)}): install it (${install}), ` +
      `or set ${variable} to one that runs elsewhere, or use docker compose.`,
    { cause },
  );
}

/** The cause in one line: apt complains over many, its first error is the one that says why, and the ways out must stay in sight. */
function reason(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const lines = text.trim().split('\n');
  const line = lines.find((each) => each.startsWith('E: ')) ?? lines.at(-1) ?? '';
  return line.replace(/^E: /, '').trim().replace(/\.$/, '');
}
