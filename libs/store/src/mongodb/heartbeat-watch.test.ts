import { expect, test } from '@jest/globals';
import { eventually, openMongodbProxy } from '@crossroads/testkit';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import { openStore } from '../index.js';

/** The parts of the driver that monitor a server. */
interface Driver {
  topology: { s: { servers: Map<string, { monitor: { monitorId: { stop(): void } } }> } };
}

test('a store whose driver has stopped monitoring reconnects', async () => {
  const proxy = await openMongodbProxy({ target: ownDatabase('heartbeats'), replicaSet: 'rs' });
  const reported: unknown[] = [];
  const store = openStore({ uri: proxy.uri(), operationTimeoutMs: 2_000, onConnectError: (error) => reported.push(error) });
  await store.connected;
  const insert = () => store.commit.insert('marks', {}).then(() => true, () => false);
  expect(await insert()).toBe(true);
  for (const { monitor } of (store.connection.getClient() as unknown as Driver).topology.s.servers.values()) monitor.monitorId.stop();
  proxy.cutAll();
  await eventually(async () => !(await insert()));
  await eventually(insert, 40_000, 200);
  expect(reported).toContainEqual(expect.objectContaining({ message: expect.stringContaining('stopped monitoring') }));
  await store.close();
  await proxy.close();
});
