import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CrashOrder } from '../../tools/chaos/src/crash-order.js';
import { giveOrders, isAt, openCrashFolder, readHits, readOrders, takeHit } from '../../tools/chaos/src/crash-order.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crash-order-'));
  openCrashFolder(folder);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const order: CrashOrder = { id: 'one', point: 'sagas.claim after', act: 'kill', times: 2 };

describe('crash orders', () => {
  test('are read as they were given', () => {
    giveOrders(folder, [order]);
    expect(readOrders(folder)).toEqual([order]);
  });

  test('are taken as often as they say and no oftener, whoever takes them', () => {
    const taken = [1, 2, 3].map((pid) => takeHit(folder, order, { pid, point: order.point, at: pid }));
    expect(taken).toEqual([true, true, false]);
    expect(readHits(folder, 'one').map(({ pid }) => pid)).toEqual([1, 2]);
    expect(readHits(folder, 'another')).toEqual([]);
  });

  test('name one point, or all that begin and end alike', () => {
    expect(isAt({ point: 'orders.lock after' }, 'orders.lock after')).toBe(true);
    expect(isAt({ point: 'orders.lock after' }, 'orders.lock before')).toBe(false);
    expect(isAt({ point: 'journal.write:* before' }, 'journal.write:clear-deliveries:run:done before')).toBe(true);
    expect(isAt({ point: 'journal.write:* before' }, 'journal.write:clear-deliveries:run:done after')).toBe(false);
  });
});
