import type { MongodbProxy, Operation, WireCommand } from '@crossroads/testkit';

/** An operation on one collection, and the name of its command. */
export interface OperationSeen extends Operation {
  command: string;
  /** Fields of the filter or of the inserted document, by which a router can choose a shard. */
  keys: string[];
}

/** Returns every operation that `act` sends through the recording proxy. */
export const commandsOf = async (proxy: Pick<MongodbProxy, 'record' | 'commands'>, act: () => Promise<unknown>): Promise<OperationSeen[]> => {
  proxy.record();
  const before = proxy.commands().length;
  await act();
  return operationsIn(proxy.commands().slice(before));
};

export const operationsIn = (commands: readonly WireCommand[]): OperationSeen[] =>
  commands.flatMap(({ name, operations }) => operations.map((operation) => ({ ...operation, command: name, keys: operation.document ? Object.keys(operation.document) : keysOf(operation.filter ?? {}) })));

/** Counts operations by kind and collection, such as `insert sagas`. */
export const countsOf = (operations: readonly OperationSeen[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { kind, collection } of operations) counts[`${kind} ${collection}`] = (counts[`${kind} ${collection}`] ?? 0) + 1;
  return counts;
};

/** Returns the fields that the filter always has; of alternatives only the common ones. */
const keysOf = (filter: Record<string, any>): string[] => {
  const inEach = (filter['$or'] as Record<string, any>[] | undefined)?.map(keysOf) ?? [[]];
  return [
    ...Object.keys(filter).filter((key) => !key.startsWith('$')),
    ...((filter['$and'] ?? []) as Record<string, any>[]).flatMap(keysOf),
    ...inEach[0]!.filter((key) => inEach.every((keys) => keys.includes(key))),
  ];
};
