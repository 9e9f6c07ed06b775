/** A process the supervisor keeps alive: how to run it, and how to tell that it does its work. */
export interface Service {
  /** Unique among the services of one supervisor; names the process in events and output. */
  readonly name: string;
  /** Looked up on PATH when it has no slash. */
  readonly command: string;
  readonly args: string[];
  /** Added to the environment the supervisor hands to every child. */
  readonly env?: Record<string, string>;
  /** Clears what an earlier run left; runs before every start, restarts included. Rejects when the service must not start. */
  beforeStart?(): Promise<void>;
  /** Resolves once the process answers. `over` aborts when nobody waits for the answer any more: it ended, took too long, or is to stop. */
  ready(over: AbortSignal): Promise<void>;
}
