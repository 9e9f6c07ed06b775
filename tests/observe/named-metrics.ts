export interface NamedMetric {
  name: string;
  /** What its matchers and, for the whole expression, its groupings name. */
  labels: string[];
}

/** Words of PromQL that stand where a metric may. */
const words = new Set(['and', 'or', 'unless', 'bool', 'offset']);

/** Given by Prometheus itself to whatever it scrapes, or by every histogram. */
const givenLabels = new Set(['job', 'instance', 'le']);

/** The metrics a PromQL expression names, and the labels it asks them for. */
export const namedMetrics = (expression: string): NamedMetric[] => {
  const grouped = [...expression.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, labels]) => labels!.split(',').map((label) => label.trim()));
  const bare = expression.replaceAll(/\bby\s*\([^)]*\)/g, '').replaceAll(/\[[^\]]*\]/g, '').replaceAll(/\boffset\s+\w+/g, '');
  return [...bare.matchAll(/([a-zA-Z_:][\w:]*)\s*(\(|\{[^}]*\})?/g)].flatMap(([, name, after = '']) => {
    if (after === '(' || words.has(name!)) return [];
    const matched = [...after.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!);
    return [{ name: name!, labels: [...matched, ...grouped].filter((label) => !givenLabels.has(label)) }];
  });
};
