import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { projectFolder } from '../flows/project-folder.js';
export const ALERTS_FILE = projectFolder('ops/alerts.yaml');
export const alerts = parse(readFileSync(ALERTS_FILE, 'utf8')).groups.flatMap(({ rules }) => rules);
export const dashboard = JSON.parse(readFileSync(projectFolder('ops/grafana-dashboard.json'), 'utf8'));
/** Every query, with Grafana's variables filled in. */
export const QUERIES = [
    ...alerts.map(({ alert, expr }) => ({ where: `alert ${alert}`, expr, shown: [] })),
    ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr, legendFormat }) => ({
        where: `panel ${title}`,
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'),
        shown: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
    }))),
];
/** Labels that Prometheus adds. */
const ADDED = new Set(['instance', 'job']);
/** The metrics that a query names, each with the labels that it needs. */
export function metricsIn({ expr, shown }) {
    const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/, */));
    return [...expr.matchAll(/\b((?:doorman|process|nodejs)_\w+)(\{[^}]*\})?/g)].map(([, metric = '', selector = '']) => {
        const selected = [...selector.matchAll(/(\w+)(?:=~?|!=|!~)"/g)].map(([, label = '']) => label);
        const needed = [...selected, ...grouped, ...shown].filter((label) => !ADDED.has(label));
        return [metric, [...new Set(needed)]];
    });
}
/** The labels of each series in the text format of Prometheus. */
export function labelsBySeries(text) {
    const series = new Map();
    for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? /gm)) {
        const known = series.get(name) ?? new Set();
        for (const [, label = ''] of labels.matchAll(/(\w+)="/g))
            known.add(label);
        series.set(name, known);
    }
    return series;
}
//# sourceMappingURL=queries.js.map