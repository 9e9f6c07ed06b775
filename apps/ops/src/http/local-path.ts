/**
 * Returns the path with its query if it is on this site, and `/` otherwise. A browser reads `//host`, `/\\host` and a tab before the host as another site.
 * Every link or redirect to a path from a request must use it.
 */
export const localPath = (value: unknown): string => {
  if (typeof value !== 'string' || !value.startsWith('/') || !URL.canParse(value, 'http://self')) return '/';
  const { origin, pathname, search } = new URL(value, 'http://self');
  return origin === 'http://self' ? pathname.replace(/^\/+/, '/') + search : '/';
};
