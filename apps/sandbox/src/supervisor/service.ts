/** A supervised process: how to run it, and how to check that it is ready. */
export interface Service {
  /** Name in events and output; unique within one supervisor. */
  readonly name: string;
  /** Looked up on PATH when it has no slash. */
  readonly command: string;
  readonly args: string[];
  /** Added to the environment that every child gets. */
  readonly env?: Record<string, string>;
  /** Cleans up after an earlier run. Called before every start and restart. Rejects when the service must not start. */
  beforeStart?(): Promise<void>;
  /** Resolves once the process is ready. `over` aborts when the process has ended, took too long or is being stopped. */
  ready(over: AbortSignal): Promise<void>;
}
