import type { Operation, WireCommand } from './wire-command.js';

export type Match = (command: WireCommand) => boolean;
export type OperationMatch = (operation: Operation) => boolean;

/** Matches write commands with at least one operation that matches. */
export const writing =
  (match: OperationMatch): Match =>
  (command) =>
    command.isWrite && command.operations.some(match);

/** A fault that is active until its hits are used up or it is ended. */
export interface Rule {
  hits(): number;
  end(): void;
}

export interface RuleOptions {
  /** Maximum number of hits; without it, all matching commands until `end`. */
  times?: number;
}

/** A rule that delays commands. */
export interface Held extends Rule {
  /** Returns the number of delayed commands whose sender has ended. */
  orphans(): number;
  /** Executes the delayed commands whose sender is still connected. */
  releaseLiving(): void;
  /** Executes all delayed commands and ends the rule. */
  release(): void;
}

/** A delayed command. */
export interface Kept {
  isOrphan(): boolean;
  letThrough(): void;
}

export type Action =
  | { kind: 'reject' | 'write-concern-error' | 'roll-back'; code: number }
  | { kind: 'reject-operations'; code: number; which: OperationMatch }
  | { kind: 'lose-reply' | 'cut' }
  | { kind: 'hold'; keep(kept: Kept): void };

interface Entry {
  match: Match;
  action: Action;
  left: number;
  hits: number;
  /** Writes that the rule has hit. Their retries are hit, too, and do not count. */
  repeats?: Set<string>;
}

/** The active faults. The first one that matches a command is applied. */
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
        const hits = entry.action.kind === 'reject-operations' ? command.operations.filter(entry.action.which).length : 1;
        entry.left -= hits;
        entry.hits += hits;
        if (key !== undefined) entry.repeats?.add(key);
      }
      return entry.action;
    }
    return undefined;
  }
}
