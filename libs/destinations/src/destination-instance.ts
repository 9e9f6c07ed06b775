/** One installation a reset can be sent to, as an operator has set it up. */
export interface DestinationInstance {
  id: string;
  tenant_id: string;
  name: string;
  /** Chooses the adapter. */
  source_system: string;
  /** What it points at is the adapter's business; https, unless the host is among the allowed private ones. */
  url: string;
  /** `env:NAME` or `file:/path`; never the credentials themselves. */
  secret_ref: string | null;
  /** While true nothing is sent and every saga for it waits. */
  paused?: boolean;
  /** What the hub does with the order when this destination refuses: put it back (the default) or leave it cleared. */
  on_rejection?: 'restore' | 'keep';
}

export interface Instances {
  find(instanceId: string): Promise<DestinationInstance | undefined>;
}
