import type { MongodbProxy, Operation, WireCommand } from '@crossroads/testkit';

/** One thing that was done to one collection, and in which command it travelled. */
export interface OperationSeen extends Operation {
  command: string;
  /** Fields that its filter pins down, or that the document it inserts has: what a router can choose a shard by. */
  keys: string[];
}

/** What `act` makes pass through a proxy that records: every operation, those of a group one by one. */
export const commandsOf = async (proxy: Pick<MongodbProxy, 'record' | 'commands'>, act: () => Promise<unknown>): Promise<OperationSeen[]> => {
  proxy.record();
  const before = proxy.commands().length;
  await act();
  return operationsIn(proxy.commands().slice(before));
};

export const operationsIn = (commands: readonly WireCommand[]): OperationSeen[] =>
  commands.flatMap(({ name, operations }) => operations.map((operation) => ({ ...operation, command: name, keys: operation.document ? Object.keys(operation.document) : keysOf(operation.filter ?? {}) })));

/** How often each kind of operation was done to each collection: `insert sagas`. */
export const countsOf = (operations: readonly OperationSeen[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { kind, collection } of operations) counts[`${kind} ${collection}`] = (counts[`${kind} ${collection}`] ?? 0) + 1;
  return counts;
};

/** Fields the filter names whichever way it matches: of alternatives only what each of them names. */
const keysOf = (filter: Record<string, any>): string[] => {
  const inEach = (filter['$or'] as Record<string, any>[] | undefined)?.map(keysOf) ?? [[]];
  return [
    ...Object.keys(filter).filter((key) => !key.startsWith('$')),
    ...((filter['$and'] ?? []) as Record<string, any>[]).flatMap(keysOf),
    ...inEach[0]!.filter((key) => inEach.every((keys) => keys.includes(key))),
  ];
};
