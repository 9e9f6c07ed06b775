import type { Request } from 'express';

/** Longer input is cut off, so that hashing stays cheap. */
const maxLength = 200;

const field = (request: Request, name: 'username' | 'password'): string => {
  const value = (request.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value.slice(0, maxLength) : '';
};

export const usernameOf = (request: Request): string => field(request, 'username').trim();
export const passwordOf = (request: Request): string => field(request, 'password');
