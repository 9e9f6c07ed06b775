import type { Express } from 'express';
import request from 'supertest';
import type { OperatorRole } from '@crossroads/store';
import { passwords } from './open-ops.js';

/** Adds the header that a browser sends with a request from the pages. */
export const fromOurPages = <T extends { set(name: string, value: string): T }>(call: T): T => call.set('sec-fetch-site', 'same-origin');

/** Signs in. Returns the value of the `cookie` header for later requests. */
export const signIn = async (app: Express, role: OperatorRole): Promise<string> => {
  const { headers } = await fromOurPages(request(app).post('/login')).type('form').send({ username: role, password: passwords[role] });
  const [cookie] = headers['set-cookie'] as unknown as string[];
  return cookie!.split(';')[0]!;
};
