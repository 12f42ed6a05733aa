import { html } from 'htm/preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { Minute } from '../control/live-calls.js'
import { status } from './api.js'
import { milliseconds, time } from './page.js'
import { TEXTS } from './texts.js'

/** What a line of a chart is called, and its value in a minute. */
type Line = readonly [label: string, read: (minute: Minute) => number]

const COLOURS = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6']

/** The style of what shows one of several things, in a legend or a drawing. */
export function colourOf(at: number) {
  return { '--series': `var(${COLOURS[at % COLOURS.length]})` }
}

/** Those of a call, in order. */
export const STAGES = ['read', 'look_up', 'decide', 'write', 'continue', 'leave'] as const

/** Calls by flow, latency of the stages and refusals of the last two hours. */
export function Charts() {
  // The minute that goes on would look like a fall.
  const now = Date.parse(status.value?.at ?? '')
  const minutes = (status.value?.minutes ?? []).filter(({ at }) => at + 60_000 <= now)
  if (minutes.length < 2) return null
  const { live, call } = TEXTS
  const stages = STAGES.map(
    (stage): Line => [call.stages[stage], ({ stages, calls }) => (stages[stage] ?? 0) / calls],
  )
  const refusals: Line[] = [
    [live.fallbacks, ({ fallbacks }) => fallbacks],
    [live.claims, ({ hearsay }) => hearsay],
  ]
  const slowest = milliseconds(minutes.at(-1)?.slowest ?? 0)
  return html`
    <section class="charts">
      <${Chart} title=${live.perMinute} minutes=${minutes} lines=${flowLines(minutes)} />
      <${Chart} title=${`${live.latency} ${slowest}`} minutes=${minutes} lines=${stages} />
      <${Chart} title=${live.refusals} minutes=${minutes} lines=${refusals} />
    </section>
  `
}

/** The flows with most calls, each by itself, and the others together. */
function flowLines(minutes: readonly Minute[]): readonly Line[] {
  const calls = new Map<string, number>()
  for (const { flows } of minutes)
    for (const [flow, count] of Object.entries(flows)) calls.set(flow, (calls.get(flow) ?? 0) + count)
  const names = [...calls].sort(([, a], [, b]) => b - a).map(([name]) => name)
  const single = names.length > COLOURS.length ? COLOURS.length - 1 : names.length
  const others = names.slice(single)
  const sum = (flows: Minute['flows']) => others.reduce((all, name) => all + (flows[name] ?? 0), 0)
  return [
    ...names.slice(0, single).map((name): Line => [name, ({ flows }) => flows[name] ?? 0]),
    ...(others.length === 0 ? [] : [[TEXTS.live.others, ({ flows }) => sum(flows)] satisfies Line]),
  ]
}

interface ChartProps {
  readonly title: string
  readonly minutes: readonly Minute[]
  readonly lines: readonly Line[]
}

const HEIGHT = 130

function Chart({ title, minutes, lines }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const values = lines.map(([, read]) => minutes.map(read))
  const data: uPlot.AlignedData = [minutes.map(({ at }) => at / 1_000), ...values]
  const labels = lines.map(([label]) => label).join('|')
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const colour = (name: string) => resolved(name, element)
    const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--line') }, ticks: { show: false } }
    const options: uPlot.Options = {
      ...{ width: element.clientWidth, height: HEIGHT, cursor: { show: false }, legend: { show: false } },
      scales: { y: { range: (_, _least, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [
        { ...axis, values: clockTimes, size: 26, incrs: [60, 300, 600, 1_800, 3_600] },
        { ...axis, size: 44 },
      ],
      series: [
        {},
        ...lines.map((_, at) => ({
          stroke: colour(COLOURS[at] ?? '--text'),
          width: 1.5,
          points: { show: false },
        })),
      ],
    }
    plot.current = new uPlot(options, data, element)
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    )
    resized.observe(element)
    return () => {
      resized.disconnect()
      plot.current?.destroy()
    }
  }, [labels])
  useEffect(() => plot.current?.setData(data), [minutes])
  const last = (at: number) => (values[at]?.at(-1) ?? 0).toLocaleString('en', { maximumFractionDigits: 1 })
  return html`
    <figure>
      <figcaption>${title}</figcaption>
      <div ref=${box} aria-hidden="true"></div>
      <ul class="legend">${lines.map(([label], at) => html`<li style=${colourOf(at)}>${label}: ${last(at)}</li>`)}</ul>
    </figure>
  `
}

function clockTimes(_plot: uPlot, splits: readonly number[]): string[] {
  return splits.map((at) => time(at * 1_000).slice(0, 5))
}

/** The colour that a variable of the stylesheet has here; a canvas knows no variables. */
function resolved(variable: string, element: HTMLElement): string {
  const probe = element.appendChild(document.createElement('i'))
  probe.style.color = `var(${variable})`
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
