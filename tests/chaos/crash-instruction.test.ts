import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CrashInstruction } from '../../tools/chaos/src/crash-instruction.js';
import { writeInstructions, isAtFailpoint, openCrashFolder, readHits, readInstructions, recordHit } from '../../tools/chaos/src/crash-instruction.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crash-instruction-'));
  openCrashFolder(folder);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const instruction: CrashInstruction = { id: 'one', point: 'sagas.claim after', act: 'kill', times: 2 };

describe('crash instructions', () => {
  test('are read as they were written', () => {
    writeInstructions(folder, [instruction]);
    expect(readInstructions(folder)).toEqual([instruction]);
  });

  test('are executed `times` times by all workers together', () => {
    const recorded = [1, 2, 3].map((pid) => recordHit(folder, instruction, { pid, point: instruction.point, at: pid }));
    expect(recorded).toEqual([true, true, false]);
    expect(readHits(folder, 'one').map(({ pid }) => pid)).toEqual([1, 2]);
    expect(readHits(folder, 'another')).toEqual([]);
  });

  test('match one failpoint, or all with the same start and end', () => {
    expect(isAtFailpoint({ point: 'orders.lock after' }, 'orders.lock after')).toBe(true);
    expect(isAtFailpoint({ point: 'orders.lock after' }, 'orders.lock before')).toBe(false);
    expect(isAtFailpoint({ point: 'journal.write:* before' }, 'journal.write:clear-deliveries:run:done before')).toBe(true);
    expect(isAtFailpoint({ point: 'journal.write:* before' }, 'journal.write:clear-deliveries:run:done after')).toBe(false);
  });
});
