import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { projectFolder } from '../flows/project-folder.js'

/** A PromQL query of ops/, and where it is. */
export interface Query {
  readonly where: string
  readonly expr: string
  /** Labels that a legend shows. */
  readonly shown: readonly string[]
}

interface Alerts {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string
      readonly expr: string
      readonly annotations: Readonly<Record<string, string>>
    }[]
  }[]
}

export const ALERTS_FILE = projectFolder('ops/alerts.yaml')

export const alerts = (parse(readFileSync(ALERTS_FILE, 'utf8')) as Alerts).groups.flatMap(
  ({ rules }) => rules,
)

interface Dashboard {
  readonly panels: readonly {
    readonly id: number
    readonly type: string
    readonly title: string
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
    readonly datasource?: unknown
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
  }[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] }
}

export const dashboard = JSON.parse(
  readFileSync(projectFolder('ops/grafana-dashboard.json'), 'utf8'),
) as Dashboard

/** Every query, with Grafana's variables filled in. */
export const QUERIES: readonly Query[] = [
  ...alerts.map(({ alert, expr }) => ({ where: `alert ${alert}`, expr, shown: [] })),
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => ({
      where: `panel ${title}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'),
      shown: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
    })),
  ),
]

/** Labels that Prometheus adds. */
const ADDED = new Set(['instance', 'job'])

/** The metrics that a query names, each with the labels that it needs. */
export function metricsIn({ expr, shown }: Query): readonly (readonly [string, readonly string[]])[] {
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/, */))
  return [...expr.matchAll(/\b((?:doorman|process|nodejs)_\w+)(\{[^}]*\})?/g)].map(
    ([, metric = '', selector = '']) => {
      const selected = [...selector.matchAll(/(\w+)(?:=~?|!=|!~)"/g)].map(([, label = '']) => label)
      const needed = [...selected, ...grouped, ...shown].filter((label) => !ADDED.has(label))
      return [metric, [...new Set(needed)]]
    },
  )
}

/** The labels of each series in the text format of Prometheus. */
export function labelsBySeries(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const series = new Map<string, Set<string>>()
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? /gm)) {
    const known = series.get(name) ?? new Set()
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label)
    series.set(name, known)
  }
  return series
}
