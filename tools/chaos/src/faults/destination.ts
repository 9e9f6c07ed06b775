import type { Scenario } from '../recording-destination.js';
import type { Fault } from './fault.js';
import { pause } from './fault.js';

/** Requests that may hang. Each blocks an execution until the dispatch timeout. */
const mostHanging = 6;

/** Rows F1, F4, F7, F11: errors, no response, invalid data, conflicts, and responses that are lost after the reset was accepted. */
export const faultyDestination = (forMs: number): Fault => ({
  name: 'destination misbehaves',
  wanted: 10,
  async inject({ destination, openWindow }, { random, load }) {
    const closeWindow = openWindow('destination');
    const before = destination.faults();
    let hanging = 0;
    const draw = (): Scenario => {
      const scenario = random.pick(['unavailable', 'unavailable', 'lost', 'lost', 'conflict', 'conflict', 'garbage', 'hang', 'well'] as const);
      if (scenario !== 'hang') return scenario;
      return hanging++ < mostHanging ? 'hang' : 'lost';
    };
    destination.setScenario(draw);
    load.burst(15);
    await pause(forMs);
    destination.setScenario(undefined);
    closeWindow();
    return destination.faults() - before;
  },
});
