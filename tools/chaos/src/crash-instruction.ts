import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What a worker does to itself at a failpoint. `record`: nothing, only the hit is recorded. */
export type CrashAct = 'kill' | 'stop' | 'freeze' | 'record';

/** An instruction of the campaign to all workers: crash at this failpoint. */
export interface CrashInstruction {
  /** Prefix of the hit files. */
  id: string;
  /** Name of the failpoint as published on `crossroads:point`. A `*` matches any text. */
  point: string;
  act: CrashAct;
  /** Hits of all workers together. */
  times: number;
  /** Milliseconds between failpoint and act, so that the worker dies while a call is in flight. */
  afterMs?: number;
  /** Milliseconds for which `freeze` blocks the event loop. */
  freezeMs?: number;
}

export interface CrashHit {
  /** Id of the instruction. */
  instruction: string;
  pid: number;
  point: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** Name of the environment variable with the folder that campaign and workers share. */
export const crashFolderVariable = 'CHAOS_CRASH_FOLDER';

const instructionsFile = (folder: string): string => join(folder, 'instructions.json');

const hitsFolder = (folder: string): string => join(folder, 'hits');

export const openCrashFolder = (folder: string): void => {
  mkdirSync(hitsFolder(folder), { recursive: true });
  writeInstructions(folder, []);
};

/** Replaces all instructions. The rename is atomic, so a worker never reads half a file. */
export const writeInstructions = (folder: string, instructions: readonly CrashInstruction[]): void => {
  writeFileSync(`${instructionsFile(folder)}.new`, JSON.stringify(instructions));
  renameSync(`${instructionsFile(folder)}.new`, instructionsFile(folder));
};

export const readInstructions = (folder: string): CrashInstruction[] => {
  const file = instructionsFile(folder);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as CrashInstruction[]) : [];
};

/** Records one hit of the instruction, before the worker crashes. Returns false when all hits are used up. */
export const recordHit = (folder: string, { id, times }: CrashInstruction, hit: Omit<CrashHit, 'instruction'>): boolean => {
  for (let number = 0; number < times; number++) {
    try {
      const file = openSync(join(hitsFolder(folder), `${id}.${number}`), 'wx');
      writeSync(file, JSON.stringify({ instruction: id, ...hit }));
      closeSync(file);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return false;
};

/** Returns every hit so far, of one instruction or of all. */
export const readHits = (folder: string, id?: string): CrashHit[] =>
  readdirSync(hitsFolder(folder))
    .filter((name) => id === undefined || name.startsWith(`${id}.`))
    .map((name) => readFileSync(join(hitsFolder(folder), name), 'utf8'))
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as CrashHit);

/** Returns whether an instruction is for this failpoint. */
export const isAtFailpoint = (instruction: Pick<CrashInstruction, 'point'>, point: string): boolean => {
  const [start, end = ''] = instruction.point.split('*', 2) as [string, string?];
  return instruction.point.includes('*') ? point.startsWith(start) && point.endsWith(end) : point === instruction.point;
};
