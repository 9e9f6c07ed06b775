import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, secretsIn, tradingPairOf } from '@crossroads/sandbox';
import type { Store } from '@crossroads/store';
import { openStore } from '@crossroads/store';
import { until } from './harness.js';
import { cpuSeconds, runApp } from './processes.js';
import { profilingEnvironment } from './profiles.js';
import type { Companies, Company } from './sample-data.js';

/** Processes of the product, by their role. */
export const roles = ['mongodb', 'redis', 'workers', 'intake', 'ops', 'supervisor', 'destination'] as const;

export type Role = (typeof roles)[number];

/** All processes of the product, as `npm start` runs them. */
export interface Product {
  intakeUrl: string;
  /** Process id of each process. */
  pids: Readonly<Record<Role, readonly number[]>>;
  /** For putting orders and reading sagas without the apps. */
  store: Store;
  companies: Companies;
  /** Returns the CPU seconds of each role since its start. */
  cpu(): Record<Role, number>;
  /** Ends every process and removes the data. May be called more than once. */
  end: () => Promise<void>;
}

/** The part of the sandbox's file with its URLs and processes that the benchmark reads. */
interface SandboxFile {
  intake_url: string;
  mongodb_uri: string;
  processes: { intake: number; workers: number[]; ops: number; redis: number; mongodb: number; destination: number };
}

const startsWithinMs = 60_000;

export interface ProductOptions {
  /** Folder for CPU profiles. */
  profiles?: string | undefined;
  /** Called with `end` before the product is up. */
  onSpawn?: ((end: () => Promise<void>) => void) | undefined;
}

/**
 * Starts the product on free ports, in a folder of its own and with its shipped settings.
 * Its processes also end when this process ends, even by SIGKILL.
 */
export const startProduct = async ({ profiles, onSpawn }: ProductOptions = {}): Promise<Product> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'crossroads-bench-'));
  const [intake, ops, destination] = await freePorts(3);
  const output = join(dataDir, 'output.log');
  const supervisor = runApp('apps/sandbox/dist/main.js', {
    env: { INTAKE_PORT: String(intake), OPS_PORT: String(ops), DESTINATION_PORT: String(destination), SANDBOX_DATA: dataDir, ...(profiles !== undefined && profilingEnvironment(profiles)) },
    output,
  });
  let store: Store | undefined;
  const end = async (): Promise<void> => {
    await store?.close();
    await supervisor.end();
    await rm(dataDir, { recursive: true, force: true });
  };
  onSpawn?.(end);
  try {
    let file: SandboxFile | undefined;
    const isUp = async (): Promise<boolean> => {
      if (supervisor.process.exitCode !== null || supervisor.process.signalCode !== null) throw new Error(`The product ended before it was up. Its output:\n${await readFile(output, 'utf8')}`);
      file = await readFile(join(dataDir, 'sandbox.json'), 'utf8').then((text) => JSON.parse(text) as SandboxFile, () => undefined);
      return file !== undefined;
    };
    await until(isUp, startsWithinMs, `The product was not up within ${startsWithinMs / 1_000} s. Its output would be in ${output}.`);
    const { intake_url, mongodb_uri, processes } = file!;
    store = openStore({ uri: mongodb_uri, operationTimeoutMs: 10_000 });
    await store.connected;
    const pids = {
      mongodb: [processes.mongodb],
      redis: [processes.redis],
      workers: processes.workers,
      intake: [processes.intake],
      ops: [processes.ops],
      supervisor: [supervisor.pid],
      destination: [processes.destination],
    };
    return {
      intakeUrl: intake_url,
      store,
      companies: await tradingCompanies(dataDir),
      pids,
      cpu: () => Object.fromEntries(roles.map((role) => [role, cpuSeconds(pids[role])])) as Record<Role, number>,
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
};

/** Returns the sandbox's own companies with their API keys, and its pairs of companies with orders between them. */
const tradingCompanies = async (dataDir: string): Promise<Companies> => {
  const { keys } = await secretsIn(dataDir);
  const companyOf = ({ id, name, instance }: ReturnType<typeof tradingPairOf>[number]): Company => ({
    tenantId: id,
    tenantName: name,
    instanceId: instance.id,
    instanceName: instance.name,
    apiKey: keys.find(({ tenant_id }) => tenant_id === id)!.text,
  });
  const pair = (index: number) => {
    const [caller, counterparty] = tradingPairOf(index);
    return { caller: companyOf(caller), counterparty: companyOf(counterparty) };
  };
  // Each company is the caller in one of the pairs.
  const all = [...new Map(Array.from({ length: 12 }, (_, index) => pair(index).caller).map((company) => [company.tenantId, company])).values()];
  return { all, pair };
};
