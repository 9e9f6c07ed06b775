import { RetryableError, StoreUnavailable } from '@crossroads/saga';
import type { Reach } from '@crossroads/testkit/memory';
import type { Interleaving, Write } from './interleaving.js';

/** A lasting fault of every command: the stores are down, or every command fails with an unlisted error. */
export type Outage = 'away' | 'unlisted' | undefined;

/** Probabilities of the faults of one command. */
const odds = { lost: 0.004, unlisted: 0.004, appliedAndLost: 0.006, appliedAndUnlisted: 0.003, late: 0.01 };

/** Share of the commands in an outage that take effect nevertheless. */
const appliedInOutage = 0.2;

/**
 * A faulty connection to the data. A command may fail without effect, or take effect and report a failure.
 * It may also take effect late, when its sender has continued or crashed. Its filter is then evaluated at that moment, as in the store.
 */
export class FaultyReach implements Reach {
  readonly late: Write[] = [];
  outage: Outage;
  readonly #play: Interleaving;

  constructor(play: Interleaving) {
    this.#play = play;
  }

  async read<T>(name: string, look: () => T): Promise<T> {
    const play = this.#play;
    if (play.isOpen) return this.#lands(name, look);
    await play.gate(pointOf(name));
    const away = this.outage !== undefined || play.random() < odds.lost + odds.unlisted;
    if (away && name !== 'destinations.send') throw this.#fails(name, 'fails');
    const found = this.#lands(name, look);
    if (away) throw this.#fails(name, 'is applied, and its reply is lost');
    if (play.inAttempt && play.random() < 0.1) await play.gate(pointOf(name) + 1);
    return found;
  }

  async write<T>(name: string, land: () => T): Promise<T> {
    const play = this.#play;
    if (play.isOpen) return this.#lands(name, land);
    const write = { name, land };
    await play.gate(pointOf(name), write);
    const dice = play.random();
    if (this.outage !== undefined) {
      if (dice < appliedInOutage) this.#lands(name, land);
      throw this.#fails(name, dice < appliedInOutage ? 'is applied, and fails' : 'fails');
    }
    let below = odds.lost + odds.unlisted;
    if (dice < below) throw this.#fails(name, 'fails');
    if (dice < (below += odds.appliedAndLost + odds.appliedAndUnlisted)) {
      this.#lands(name, land);
      throw this.#fails(name, 'is applied, and fails');
    }
    if (dice < below + odds.late) {
      this.late.push(write);
      throw this.#fails(name, 'is delayed');
    }
    const result = this.#lands(name, land);
    // The attempt may time out here: the write is applied, but its result does not arrive.
    if (play.inAttempt && play.random() < 0.1) await play.gate(pointOf(name) + 1);
    return result;
  }

  /** Applies a write whose sender has crashed. */
  landOne(): void {
    const [write] = this.late.splice(this.#play.below(this.late.length), 1);
    if (!write) return;
    const result = write.land();
    this.#play.log(`${write.name} is applied late: ${shown(result)}`, 'network');
  }

  #lands<T>(name: string, land: () => T): T {
    const result = land();
    if (this.#play.trace) this.#play.log(`${name}: ${shown(result)}`);
    return result;
  }

  #fails(name: string, how: string): Error {
    const unlisted = this.outage === undefined ? this.#play.random() < 0.5 : this.outage === 'unlisted';
    this.#play.log(`${name} ${how} (${unlisted ? 'unlisted error' : 'unavailable'})`);
    if (unlisted) return new Error(`${name}: unlisted error`);
    return name.startsWith('destinations.') ? new RetryableError('destination.unavailable', 'away') : new StoreUnavailable(`${name}: away`);
  }
}

/** Formats the parts of a result that are useful in a trace. */
const shown = (result: unknown): string => {
  if (result === undefined || result === null) return '-';
  if (typeof result !== 'object') return JSON.stringify(result);
  if (Array.isArray(result)) return `${result.length} found`;
  const shownFields = ['epoch', 'settledEpoch', 'phase', 'status', 'nextRunAt', 'lock', 'version', 'progression_state', 'code'] as const;
  return shownFields.flatMap((name) => (name in result ? [`${name} ${JSON.stringify((result as Record<string, unknown>)[name])}`] : [])).join(', ');
};

const points = new Map<string, number>();

const pointOf = (name: string): number => {
  const known = points.get(name);
  if (known !== undefined) return known;
  points.set(name, 2 * points.size + 1);
  return points.get(name)!;
};
