import type { Request } from 'express';

/** Longer than anybody's, short enough that nobody can keep us busy with it. */
const longest = 200;

const field = (request: Request, name: 'username' | 'password' | 'next'): string => {
  const value = (request.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value.slice(0, longest) : '';
};

export const usernameOf = (request: Request): string => field(request, 'username').trim();
export const passwordOf = (request: Request): string => field(request, 'password');

/** Where to go after the login: a path of ours, never another site. */
export const nextPathOf = (value: unknown): string => {
  const path = typeof value === 'string' && value.startsWith('/') ? value : '/';
  const { origin, pathname, search } = new URL(path, 'http://ours');
  return origin === 'http://ours' ? pathname.replace(/^\/+/, '/') + search : '/';
};
