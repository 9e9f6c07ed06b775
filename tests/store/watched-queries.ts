import type { Store } from '@crossroads/store';

/** A query as the driver sent it. */
export interface WatchedQuery {
  collection: string;
  command: Record<string, unknown>;
}

/** How MongoDB executed a query. */
export interface Cost {
  returned: number;
  examined: number;
  keys: number;
  /** Stages that an index should avoid: scans of the collection and sorts. */
  searches: string[];
  /** Indexes that were used. */
  indexes: string[];
}

interface Stage {
  stage: string;
  indexName?: string;
  inputStage?: Stage;
  inputStages?: Stage[];
}

const commandNames = ['find', 'count', 'aggregate', 'distinct', 'update', 'bulkWrite', 'delete'] as const;

/** Runs `work` and returns the queries that it sent. */
export const queriesOf = async ({ connection }: Store, work: () => Promise<unknown>): Promise<WatchedQuery[]> => {
  const seen: WatchedQuery[] = [];
  const client = connection.getClient();
  const record = ({ commandName, command }: { commandName: string; command: Record<string, unknown> }): void => {
    if (commandNames.some((name) => name === commandName)) seen.push({ collection: String(command[commandName]), command });
  };
  client.on('commandStarted', record);
  try {
    await work();
  } finally {
    client.off('commandStarted', record);
  }
  return seen;
};

/** Runs the query again with `explain` and returns its cost. */
export const costOf = async ({ connection }: Store, { command }: WatchedQuery): Promise<Cost> => {
  const { lsid: _lsid, $db: _db, $clusterTime: _time, $readPreference: _read, maxTimeMS: _max, ...query } = command;
  const plan = await connection.db!.command({ explain: query, verbosity: 'executionStats' });
  const stats = plan['executionStats'] ?? plan['stages']?.[0]?.['$cursor']?.executionStats;
  const winning = plan['queryPlanner'] ?? plan['stages']?.[0]?.['$cursor']?.queryPlanner;
  const stages = stagesIn(winning.winningPlan.queryPlan ?? winning.winningPlan);
  return {
    returned: stats.nReturned,
    examined: stats.totalDocsExamined,
    keys: stats.totalKeysExamined,
    searches: stages.map(({ stage }) => stage).filter((stage) => stage === 'COLLSCAN' || stage === 'SORT'),
    indexes: stages.flatMap(({ stage, indexName }) => indexName ?? (stage.startsWith('IDHACK') ? '_id_' : [])),
  };
};

const stagesIn = (stage: Stage): Stage[] => [stage, ...[...(stage.inputStage ? [stage.inputStage] : []), ...(stage.inputStages ?? [])].flatMap(stagesIn)];
