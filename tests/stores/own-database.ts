/** Returns the URI of a database of the shared MongoDB for one test file. */
export const ownDatabase = (name: string): string => {
  const uri = new URL(process.env['TEST_MONGODB_URI']!);
  uri.pathname = `/${name.replaceAll(/[^a-z0-9]+/gi, '_').slice(-40)}_${process.pid}`;
  return uri.href;
};

/** Returns the URL of the shared Redis. */
export const testRedisUrl = (): string => process.env['TEST_REDIS_URL']!;
