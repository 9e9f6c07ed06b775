/** `path` below a base address, whether or not the base ends in a slash. */
export const under = (base: string, path: string): string => {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url.href;
};
