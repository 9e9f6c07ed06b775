export interface Series {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Reads `/metrics` as Prometheus does. */
export const scrape = async (probesUrl: string): Promise<Series[]> => {
  const response = await fetch(`${probesUrl}/metrics`);
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  return (await response.text())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] = /^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line)!;
      return { name: name!, labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key!, text!])), value: Number(value) };
    });
};

/** Returns the sum of all series of a metric with these labels. */
export const sumOf = (all: readonly Series[], metric: string, labels: Record<string, string> = {}): number =>
  all.filter(({ name, labels: its }) => name === metric && Object.entries(labels).every(([key, text]) => its[key] === text)).reduce((sum, { value }) => sum + value, 0);
