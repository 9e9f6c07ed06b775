import { RetryableError, StoreUnavailable } from '@crossroads/saga';
import type { Reach } from '@crossroads/testkit/memory';
import type { Interleaving, Write } from './interleaving.js';

/** What keeps happening to every command while it lasts: the stores away, or an error no list knows. */
export type Outage = 'away' | 'unlisted' | undefined;

/** Odds of what may happen to one command. The rest goes well. */
const odds = { lost: 0.004, unlisted: 0.004, appliedAndLost: 0.006, appliedAndUnlisted: 0.003, late: 0.01 };

/** Share of the commands in an outage that take effect all the same. */
const appliedInOutage = 0.2;

/**
 * The way to the data as a network makes it: a command may fail without effect, take effect and report a failure, or take effect
 * when its sender has long gone on or is dead. A late command compares with what stands when it lands, as the store would.
 */
export class UnkindReach implements Reach {
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
    if (away) throw this.#fails(name, 'arrives, and its reply is lost');
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
      throw this.#fails(name, 'is on its way');
    }
    const came = this.#lands(name, land);
    // Here the time of the attempt may be up: the effect is there, its answer is not.
    if (play.inAttempt && play.random() < 0.1) await play.gate(pointOf(name) + 1);
    return came;
  }

  /** A write whose sender is gone lands. */
  landOne(): void {
    const [write] = this.late.splice(this.#play.below(this.late.length), 1);
    if (!write) return;
    const came = write.land();
    this.#play.say(`${write.name} lands late: ${shown(came)}`, 'network');
  }

  #lands<T>(name: string, land: () => T): T {
    const came = land();
    if (this.#play.trace) this.#play.say(`${name}: ${shown(came)}`);
    return came;
  }

  #fails(name: string, how: string): Error {
    const unlisted = this.outage === undefined ? this.#play.random() < 0.5 : this.outage === 'unlisted';
    this.#play.say(`${name} ${how} (${unlisted ? 'an error no list knows' : 'unavailable'})`);
    if (unlisted) return new Error(`${name}: an error no list knows`);
    return name.startsWith('destinations.') ? new RetryableError('destination.unavailable', 'away') : new StoreUnavailable(`${name}: away`);
  }
}

/** What of an answer tells something to one who reads a trace. */
const shown = (came: unknown): string => {
  if (came === undefined || came === null) return '-';
  if (typeof came !== 'object') return JSON.stringify(came);
  if (Array.isArray(came)) return `${came.length} found`;
  const told = ['epoch', 'settledEpoch', 'phase', 'status', 'nextRunAt', 'lock', 'version', 'progression_state', 'code'] as const;
  return told.flatMap((name) => (name in came ? [`${name} ${JSON.stringify((came as Record<string, unknown>)[name])}`] : [])).join(', ');
};

const points = new Map<string, number>();

const pointOf = (name: string): number => {
  const known = points.get(name);
  if (known !== undefined) return known;
  points.set(name, 2 * points.size + 1);
  return points.get(name)!;
};
