export interface NamedMetric {
  name: string;
  /** The labels in its matchers, and in the groupings of the whole expression. */
  labels: string[];
}

/** Keywords of PromQL at the place of a metric. */
const keywords = new Set(['and', 'or', 'unless', 'bool', 'offset']);

/** Labels that Prometheus adds to every target, and `le` of histograms. */
const givenLabels = new Set(['job', 'instance', 'le']);

/** Returns the metrics of a PromQL expression, with the labels that it uses. */
export const namedMetrics = (expression: string): NamedMetric[] => {
  const grouped = [...expression.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, labels]) => labels!.split(',').map((label) => label.trim()));
  const bare = expression.replaceAll(/\bby\s*\([^)]*\)/g, '').replaceAll(/\[[^\]]*\]/g, '').replaceAll(/\boffset\s+\w+/g, '');
  return [...bare.matchAll(/([a-zA-Z_:][\w:]*)\s*(\(|\{[^}]*\})?/g)].flatMap(([, name, after = '']) => {
    if (after === '(' || keywords.has(name!)) return [];
    const matched = [...after.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!);
    return [{ name: name!, labels: [...matched, ...grouped].filter((label) => !givenLabels.has(label)) }];
  });
};
