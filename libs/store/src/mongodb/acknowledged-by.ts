/**
 * A majority where there is one: a replica set, the routers of a sharded cluster, or whoever asks for it.
 * A lone server is asked for its journal only: the embedded engine, asked for a majority as well,
 * now and then acknowledged a bulk that a kill within the next two milliseconds took back.
 */
export const acknowledgedBy = (uri: string): 'majority' | 1 =>
  uri.startsWith('mongodb+srv:') || hostsOf(uri).includes(',') || /[?&](replicaSet=|w=majority(&|$))/.test(uri) ? 'majority' : 1;

/** The routers of a sharded cluster have no name that would tell; that there are several of them does. */
const hostsOf = (uri: string): string => /^mongodb:\/\/(?:[^/?]*@)?([^@/?]*)/.exec(uri)?.[1] ?? '';
