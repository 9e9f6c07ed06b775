/** One destination system that a reset can be sent to, as an operator configured it. */
export interface DestinationInstance {
  id: string;
  tenant_id: string;
  name: string;
  /** Selects the adapter. */
  source_system: string;
  /** Base address or endpoint, as the adapter defines it. Must be https, unless the host is an allowed private host. */
  url: string;
  /** `env:NAME` or `file:/path`; never the credentials themselves. */
  secret_ref: string | null;
  /** While true, no request is sent and every saga for this destination waits. */
  paused?: boolean;
  /** What happens to the order when this destination rejects the reset: restore it (the default) or keep it cleared. */
  on_rejection?: 'restore' | 'keep';
}

export interface Instances {
  find(instanceId: string): Promise<DestinationInstance | undefined>;
}
