/** The systems at the other end: how a reset is carried there, safely. */
export type { DestinationsOptions, OpenDestinations } from './create-destinations.js';
export { createDestinations } from './create-destinations.js';
export type { DestinationInstance, Instances } from './destination-instance.js';
export type { DestinationState } from './dispatch.js';
export type { SecretSources } from './secret-store.js';
export { secretStore } from './secret-store.js';
