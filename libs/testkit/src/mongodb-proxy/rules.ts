import type { Operation, WireCommand } from './wire-command.js';

export type Match = (command: WireCommand) => boolean;
export type OperationMatch = (operation: Operation) => boolean;

/** Commands of which one operation at least is a write like this. */
export const writing =
  (match: OperationMatch): Match =>
  (command) =>
    command.isWrite && command.operations.some(match);

/** A fault that is in force until its hits are used up or it is ended. */
export interface Rule {
  hits(): number;
  end(): void;
}

export interface RuleOptions {
  /** Hits it has at most; without it, all that match until `end`. */
  times?: number;
}

/** Commands that are kept back on their way to MongoDB. */
export interface Held extends Rule {
  /** How many of those kept back have lost their sender. */
  orphans(): number;
  /** Lets through whatever has not lost its sender. */
  releaseLiving(): void;
  /** Lets everything through, and keeps nothing back any more. */
  release(): void;
}

/** A command that is being kept back. */
export interface Kept {
  isOrphan(): boolean;
  letThrough(): void;
}

export type Action =
  | { kind: 'reject' | 'write-concern-error' | 'roll-back'; code: number }
  | { kind: 'refuse-operations'; code: number; which: OperationMatch }
  | { kind: 'lose-reply' | 'cut' }
  | { kind: 'hold'; keep(kept: Kept): void };

interface Entry {
  match: Match;
  action: Action;
  left: number;
  hits: number;
  /** Writes it has hit: their repeats meet it too, and do not count. */
  repeats?: Set<string>;
}

/** The faults in force. The first that matches a command is its fate. */
export class Rules {
  #entries: Entry[] = [];

  add(match: Match, action: Action, { times = Infinity, repeatsToo = false }: RuleOptions & { repeatsToo?: boolean } = {}): Rule {
    const entry: Entry = { match, action, left: times, hits: 0, ...(repeatsToo && { repeats: new Set<string>() }) };
    this.#entries.push(entry);
    return { hits: () => entry.hits, end: () => void (this.#entries = this.#entries.filter((other) => other !== entry)) };
  }

  hold(match: Match, options: RuleOptions): Held {
    const held = new Set<Kept>();
    const rule = this.add(match, { kind: 'hold', keep: (kept) => void held.add(kept) }, options);
    const letThrough = (which: (kept: Kept) => boolean): void => {
      for (const kept of [...held].filter(which)) {
        held.delete(kept);
        kept.letThrough();
      }
    };
    return {
      ...rule,
      orphans: () => [...held].filter((kept) => kept.isOrphan()).length,
      releaseLiving: () => letThrough((kept) => !kept.isOrphan()),
      release() {
        rule.end();
        letThrough(() => true);
      },
    };
  }

  actionOn(command: WireCommand): Action | undefined {
    if (this.#entries.length === 0) return undefined;
    const key = command.transaction && `${command.transaction.session}:${command.transaction.number}`;
    for (const entry of this.#entries) {
      const isRepeat = key !== undefined && entry.repeats?.has(key);
      if (!isRepeat && (entry.left <= 0 || !entry.match(command))) continue;
      if (!isRepeat) {
        const hits = entry.action.kind === 'refuse-operations' ? command.operations.filter(entry.action.which).length : 1;
        entry.left -= hits;
        entry.hits += hits;
        if (key !== undefined) entry.repeats?.add(key);
      }
      return entry.action;
    }
    return undefined;
  }
}
