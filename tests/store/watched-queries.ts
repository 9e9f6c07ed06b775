import type { Store } from '@crossroads/store';

/** A query as it went over the wire. */
export interface WatchedQuery {
  collection: string;
  command: Record<string, unknown>;
}

/** How a query was answered. */
export interface Cost {
  returned: number;
  examined: number;
  keys: number;
  /** What an index should have spared: reading the collection, sorting what was read. */
  searches: string[];
}

interface Stage {
  stage: string;
  inputStage?: Stage;
  inputStages?: Stage[];
}

const commandNames = ['find', 'count', 'aggregate', 'distinct', 'update', 'bulkWrite', 'delete'] as const;

/** Runs `work` and answers the reads it sent: what the code really asks, not what a test believes it asks. */
export const queriesOf = async ({ connection }: Store, work: () => Promise<unknown>): Promise<WatchedQuery[]> => {
  const seen: WatchedQuery[] = [];
  const client = connection.getClient();
  const telemetry = ({ commandName, command }: { commandName: string; command: Record<string, unknown> }): void => {
    if (commandNames.some((name) => name === commandName)) seen.push({ collection: String(command[commandName]), command });
  };
  client.on('commandStarted', telemetry);
  try {
    await work();
  } finally {
    client.off('commandStarted', telemetry);
  }
  return seen;
};

/** Runs the query again with `explain`. */
export const costOf = async ({ connection }: Store, { command }: WatchedQuery): Promise<Cost> => {
  const { lsid: _lsid, $db: _db, $clusterTime: _time, $readPreference: _read, maxTimeMS: _max, ...query } = command;
  const plan = await connection.db!.command({ explain: query, verbosity: 'executionStats' });
  const stats = plan['executionStats'] ?? plan['stages']?.[0]?.['$cursor']?.executionStats;
  const winning = plan['queryPlanner'] ?? plan['stages']?.[0]?.['$cursor']?.queryPlanner;
  return { returned: stats.nReturned, examined: stats.totalDocsExamined, keys: stats.totalKeysExamined, searches: stagesIn(winning.winningPlan.queryPlan ?? winning.winningPlan).filter((stage) => stage === 'COLLSCAN' || stage === 'SORT') };
};

const stagesIn = ({ stage, inputStage, inputStages = [] }: Stage): string[] => [stage, ...[...(inputStage ? [inputStage] : []), ...inputStages].flatMap(stagesIn)];
