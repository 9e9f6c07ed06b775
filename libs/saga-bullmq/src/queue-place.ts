/** Where in Redis the jobs are. Two installations on one Redis must differ in it, or the workers of one complete the jobs of the other. */
export interface QueuePlace {
  /** The queue's name on Bull Board. */
  name: string;
  /** Begins every key. */
  prefix: string;
}

export const usualPlace: QueuePlace = { name: 'sagas', prefix: 'crossroads' };

/** The braces are always ours: they keep all keys of the queue on one node of a Redis Cluster, and BullMQ's scripts fail without them. */
export const keyPrefix = ({ prefix }: Pick<QueuePlace, 'prefix'>): string => `{${prefix}}`;
