import type { Express } from 'express';
import request from 'supertest';
import type { OperatorRole } from '@crossroads/store';
import { passwords } from './open-ops.js';

/** What a browser says of a request that comes from one of our own pages. */
export const fromOurPages = <T extends { set(name: string, value: string): T }>(asked: T): T => asked.set('sec-fetch-site', 'same-origin');

/** Signs in; answers what to send as `cookie` from then on. */
export const signIn = async (app: Express, role: OperatorRole): Promise<string> => {
  const { headers } = await fromOurPages(request(app).post('/login')).type('form').send({ username: role, password: passwords[role] });
  const [cookie] = headers['set-cookie'] as unknown as string[];
  return cookie!.split(';')[0]!;
};
