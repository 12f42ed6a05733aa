import { html } from 'htm/preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { Minute } from '../control/live-calls.js'
import { time } from './format.js'
import { status } from './live.js'
import { TEXTS } from './texts.js'

interface Series {
  readonly label: string
  readonly values: readonly (number | null)[]
}

const COLOURS = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6']

/** Calls by flow, latency and refusals of the last two hours. */
export function Charts() {
  const minutes = status.value?.minutes ?? []
  if (minutes.length < 2) return null
  const { live } = TEXTS
  const flows = [...new Set(minutes.flatMap((minute) => Object.keys(minute.flows)))].slice(0, COLOURS.length)
  const of = (label: string, read: (minute: Minute) => number): Series => ({
    label,
    values: minutes.map(read),
  })
  const times = minutes.map(({ at }) => at / 1_000)
  return html`
    <section class="charts">
      <${Chart}
        title=${live.perMinute}
        times=${times}
        series=${flows.map((flow) => of(flow, (minute) => minute.flows[flow] ?? 0))}
      />
      <${Chart}
        title=${live.latency}
        times=${times}
        series=${[of(live.slowest, ({ slowest }) => slowest), of(live.mean, ({ mean }) => mean)]}
      />
      <${Chart}
        title=${live.refusals}
        times=${times}
        series=${[of(live.fallbacks, ({ fallbacks }) => fallbacks), of(live.claims, ({ hearsay }) => hearsay)]}
      />
    </section>
  `
}

interface ChartProps {
  readonly title: string
  readonly times: readonly number[]
  readonly series: readonly Series[]
}

const HEIGHT = 130

function Chart({ title, times, series }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const labels = series.map(({ label }) => label).join('|')
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const colour = (name: string) => resolved(name, element)
    const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--line') }, ticks: { show: false } }
    const options: uPlot.Options = {
      ...{ width: element.clientWidth, height: HEIGHT, cursor: { show: false }, legend: { show: false } },
      scales: { y: { range: (_, _least, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [
        { ...axis, values: clockTimes },
        { ...axis, size: 44 },
      ],
      series: [
        {},
        ...series.map((_, at) => ({
          stroke: colour(COLOURS[at] ?? '--text'),
          width: 1.5,
          points: { show: false },
        })),
      ],
    }
    plot.current = new uPlot(options, dataOf(times, series), element)
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    )
    resized.observe(element)
    return () => {
      resized.disconnect()
      plot.current?.destroy()
    }
  }, [labels])
  useEffect(() => plot.current?.setData(dataOf(times, series)), [times, series])
  const last = (values: Series['values']) => Math.round(values.at(-1) ?? 0).toLocaleString('en')
  return html`
    <figure>
      <figcaption>${title}</figcaption>
      <div ref=${box} aria-hidden="true"></div>
      <ul class="legend">
        ${series.map(({ label, values }, at) => html`<li class=${`series-${at + 1}`}>${label}: ${last(values)}</li>`)}
      </ul>
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

function dataOf(times: readonly number[], series: readonly Series[]): uPlot.AlignedData {
  return [[...times], ...series.map(({ values }) => [...values])] as uPlot.AlignedData
}
