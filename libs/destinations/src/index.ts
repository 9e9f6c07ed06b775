/** Sends resets to the destination systems, with limits, a circuit breaker and blocked addresses. */
export { addressProblem } from './destination-address.js';
export type { DestinationsOptions, OpenDestinations } from './create-destinations.js';
export { createDestinations, sourceSystems } from './create-destinations.js';
export type { DestinationInstance, Instances } from './destination-instance.js';
export type { DestinationState } from './dispatcher.js';
export type { SecretSources } from './secret-store.js';
export { secretStore } from './secret-store.js';
