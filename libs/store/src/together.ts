export interface Companions<Item> {
  /** Takes a group on its way; must tell each of its items what came of it, and never reject. */
  send(group: Item[]): Promise<void>;
  /** How many ordinary items an item counts for. */
  weight?(item: Item): number;
}

/** Weight of a group at most. More gain nothing and make everybody wait for the slowest. */
const mostTogether = 500;

/** Weight under way up to which nobody is kept waiting: on a quiet machine each goes at once, on a busy one fewer trips are made. */
const fewUnderWay = 8;

/**
 * What arrives while others are under way leaves together with whatever else has arrived by then:
 * no timer, so no latency when idle, and one trip for many when busy.
 */
export class Together<Item> {
  readonly #companions: Companions<Item>;
  #waiting: Item[] = [];
  #underWay = 0;

  constructor(companions: Companions<Item>) {
    this.#companions = companions;
  }

  join(item: Item): void {
    this.#waiting.push(item);
    // One tick's worth gathers even when nothing is under way.
    if (this.#waiting.length === 1) setImmediate(() => this.#leave());
  }

  #leave(): void {
    while (this.#waiting.length > 0 && this.#underWay < fewUnderWay) {
      const [group, weight] = this.#next();
      this.#underWay += weight;
      void this.#companions.send(group).finally(() => {
        this.#underWay -= weight;
        this.#leave();
      });
    }
  }

  #next(): [group: Item[], weight: number] {
    const { weight = () => 1 } = this.#companions;
    let [count, total] = [1, weight(this.#waiting[0]!)];
    for (; count < this.#waiting.length; count++) {
      const more = weight(this.#waiting[count]!);
      if (total + more > mostTogether) break;
      total += more;
    }
    const group = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return [group, total];
  }
}
