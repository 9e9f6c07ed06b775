import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What a worker does to itself when it comes by a point. */
export type CrashAct = 'kill' | 'stop' | 'freeze';

/** An order to crash, as the campaign leaves it for every worker to read. */
export interface CrashOrder {
  /** Names the hits on disk. */
  id: string;
  /** As published on `crossroads:point`; a `*` at the end or before ` before`/` after` stands for anything. */
  point: string;
  act: CrashAct;
  /** How often in all, whichever workers come by first. */
  times: number;
  /** Milliseconds between the point and the act: to die while a call is on its way. */
  afterMs?: number;
  /** Milliseconds the event loop is blocked, for `freeze`. */
  freezeMs?: number;
}

export interface CrashHit {
  order: string;
  pid: number;
  point: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** The folder in which campaign and workers leave word for each other. */
export const crashFolderVariable = 'CHAOS_CRASH_FOLDER';

const ordersFile = (folder: string): string => join(folder, 'orders.json');

const hitsFolder = (folder: string): string => join(folder, 'hits');

export const openCrashFolder = (folder: string): void => {
  mkdirSync(hitsFolder(folder), { recursive: true });
  giveOrders(folder, []);
};

/** Replaces all orders. Written whole under another name first: a worker reads at any moment. */
export const giveOrders = (folder: string, orders: readonly CrashOrder[]): void => {
  writeFileSync(`${ordersFile(folder)}.new`, JSON.stringify(orders));
  renameSync(`${ordersFile(folder)}.new`, ordersFile(folder));
};

export const readOrders = (folder: string): CrashOrder[] => {
  const file = ordersFile(folder);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as CrashOrder[]) : [];
};

/** Takes one of the order's hits, and leaves word of it before anything happens. False when others have taken them all. */
export const takeHit = (folder: string, { id, times }: CrashOrder, hit: Omit<CrashHit, 'order'>): boolean => {
  for (let number = 0; number < times; number++) {
    try {
      const file = openSync(join(hitsFolder(folder), `${id}.${number}`), 'wx');
      writeSync(file, JSON.stringify({ order: id, ...hit }));
      closeSync(file);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return false;
};

/** Every hit so far, of one order or of all. */
export const readHits = (folder: string, id?: string): CrashHit[] =>
  readdirSync(hitsFolder(folder))
    .filter((name) => id === undefined || name.startsWith(`${id}.`))
    .map((name) => readFileSync(join(hitsFolder(folder), name), 'utf8'))
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as CrashHit);

export const isAt = (order: Pick<CrashOrder, 'point'>, point: string): boolean => {
  const [start, end = ''] = order.point.split('*', 2) as [string, string?];
  return order.point.includes('*') ? point.startsWith(start) && point.endsWith(end) : point === order.point;
};
