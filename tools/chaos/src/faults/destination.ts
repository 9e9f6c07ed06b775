import type { Scenario } from '../recording-destination.js';
import type { Fault } from './fault.js';
import { pause } from './fault.js';

/** Hanging requests that may be open at once: each costs a worker the time a dispatch may take. */
const mostHanging = 6;

/** Rows F1, F4, F7, F11: errors, silence, nonsense, and replies that are lost after the reset was taken. */
export const faultyDestination = (forMs: number): Fault => ({
  name: 'destination misbehaves',
  wanted: 10,
  async inject({ destination, window }, { random, load }) {
    const over = window('destination');
    const before = destination.faulty();
    let hanging = 0;
    const draw = (): Scenario => {
      const scenario = random.pick(['unavailable', 'unavailable', 'lost', 'lost', 'garbage', 'hang', 'well'] as const);
      if (scenario !== 'hang') return scenario;
      return hanging++ < mostHanging ? 'hang' : 'lost';
    };
    destination.behave(draw);
    load.burst(15);
    await pause(forMs);
    destination.behave(undefined);
    over();
    return destination.faulty() - before;
  },
});
