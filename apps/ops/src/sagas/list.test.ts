import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { OpenOps } from '../testing/open-ops.js';
import { openOps, signIn } from '../testing/open-ops.js';
import { sampleSagas } from '../testing/sample-sagas.js';

const count = 120;
let ops: OpenOps;
let cookie: string;
/** Saga ids, newest first. */
const ids: string[] = [];

beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-list'), redisUrl: testRedisUrl() });
  cookie = await signIn(ops.app, 'operator');
  const sagas = sampleSagas(ops.store);
  for (let index = 0; index < count; index++) ids.unshift(await sagas.accept({ order_number: String(index) }, undefined, new Date(1_760_000_000_000 + index)));
}, 60_000);
afterAll(() => ops.close());

interface ListPage {
  position: string;
  ids: string[];
  previous: string | undefined;
  next: string | undefined;
  first: string | undefined;
}

const page = async (path: string): Promise<ListPage> => {
  const { text } = await request(ops.app).get(path).set('cookie', cookie).expect(200);
  const link = (pattern: RegExp): string | undefined => pattern.exec(text)?.[1]?.replaceAll('&amp;', '&');
  return {
    position: link(/data-testid="position">([^<]*)</)!,
    ids: [...text.matchAll(/name="saga" value="([^"]+)"/g)].map(([, id]) => id!),
    previous: link(/rel="prev" href="([^"]+)"/),
    next: link(/rel="next" href="([^"]+)"/),
    first: link(/<a href="([^"]+)">First page/),
  };
};

test('each page of the list shows its position and the total, and links to the pages before and after it', async () => {
  const first = await page('/sagas?phase=running');
  expect(first).toMatchObject({ position: '1–50 of 120', ids: ids.slice(0, 50), previous: undefined, first: undefined });
  const second = await page(first.next!);
  expect(second).toMatchObject({ position: '51–100 of 120', ids: ids.slice(50, 100), first: undefined });
  const third = await page(second.next!);
  expect(third).toMatchObject({ position: '101–120 of 120', ids: ids.slice(100), next: undefined, first: '/sagas?phase=running' });
  expect(await page(third.previous!)).toEqual({ ...second, previous: expect.stringContaining('phase=running') });
  expect((await page(second.previous!)).ids).toEqual(first.ids);
});

test('a page before which fewer resets remain than a page has is the first page', async () => {
  expect(await page(`/sagas?after=${ids[20]}`)).toMatchObject({ position: '1–50 of 120', ids: ids.slice(0, 50), previous: undefined });
});

test('the bulk bar names the number of matching resets, and applies to all of them on every page', async () => {
  const { next } = await page('/sagas');
  const { text } = await request(ops.app).get(next!).set('cookie', cookie).expect(200);
  expect(text).toContain('Apply to all 120 matching…');
  expect(text).toContain('Apply to selected…');
  expect(text).not.toMatch(/type="hidden" name="(before|after)"/);
});
