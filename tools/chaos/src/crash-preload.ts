/**
 * Preloaded into a worker with `node --import`. Kills, stops or freezes the worker at failpoints.
 * The campaign writes the instructions into the folder CHAOS_CRASH_FOLDER. Without that variable this module does nothing.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { CrashInstruction } from './crash-instruction.js';
import { crashFolderVariable, isAtFailpoint, readInstructions, recordHit } from './crash-instruction.js';

/** Milliseconds for which the instructions are cached. */
const cacheMs = 20;

const folder = process.env[crashFolderVariable];
let instructions: CrashInstruction[] = [];
let readAt = -Infinity;

const act = ({ act, freezeMs = 0 }: CrashInstruction): void => {
  if (act === 'kill') process.kill(process.pid, 'SIGKILL');
  if (act === 'stop') process.kill(process.pid, 'SIGSTOP');
  if (act === 'freeze') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, freezeMs);
};

if (folder !== undefined) {
  subscribe('crossroads:point', (message) => {
    const { point } = message as { point: string };
    if (performance.now() - readAt > cacheMs) {
      instructions = readInstructions(folder);
      readAt = performance.now();
    }
    const instruction = instructions.find((candidate) => isAtFailpoint(candidate, point));
    if (!instruction || !recordHit(folder, instruction, { pid: process.pid, point, at: Date.now() })) return;
    if (instruction.afterMs === undefined) return act(instruction);
    setTimeout(act, instruction.afterMs, instruction);
  });
}
