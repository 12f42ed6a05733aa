import { createHash } from 'node:crypto'

/** One priority of an extension: what Asterisk runs, as ShowDialPlan tells it. */
export interface DialplanStep {
  readonly context: string
  readonly extension: string
  readonly priority: number
  readonly application: string
  /** The application's arguments. */
  readonly data: string
}

/**
 * The steps of a generated text. It knows the few forms that the generator writes (`[context]`,
 * `exten => E,1,App(data)`, `same => n,App(data)`) and not the whole of extensions.conf.
 */
export function dialplanSteps(text: string): readonly DialplanStep[] {
  const steps: DialplanStep[] = []
  let [context, extension, priority] = ['', '', 0]
  for (const line of text.split('\n')) {
    context = /^\[(.+)\]$/.exec(line)?.[1] ?? context
    const first = /^exten => (.+?),1,(.*)$/.exec(line)
    const call = first?.[2] ?? /^ same => n,(.*)$/.exec(line)?.[1]
    if (call === undefined) continue
    extension = first?.[1] ?? extension
    priority = first === null ? priority + 1 : 1
    steps.push({ context, extension, priority, ...parts(call) })
  }
  return steps
}

function parts(call: string): Pick<DialplanStep, 'application' | 'data'> {
  const [, application = call, data = ''] = /^(\w+)\((.*)\)$/.exec(call) ?? []
  return { application, data }
}

/** Twelve hex digits that stand for what the steps do, whatever the comments between them say. */
export function fingerprint(steps: readonly DialplanStep[]): string {
  return createHash('sha256').update(JSON.stringify(steps)).digest('hex').slice(0, 12)
}

/** How the running steps differ from the written ones, a line each; none where they are the same. */
export function dialplanDifferences(
  written: readonly DialplanStep[],
  running: readonly DialplanStep[],
): readonly string[] {
  const [wanted, found] = [byPlace(written), byPlace(running)]
  const changed = [...wanted].flatMap(([place, step]) => {
    const other = found.get(place)
    if (other === step) return []
    const from = whereApart(step, other ?? '')
    return [`${place}: runs ${excerpt(other ?? 'nothing', from)}, written is ${excerpt(step, from)}`]
  })
  const more = [...found].filter(([place]) => !wanted.has(place))
  return [
    ...changed,
    ...more.map(([place, step]) => `${place}: runs ${excerpt(step, 0)}, written is nothing`),
  ]
}

/** Steps longer than this are shown from a little before the place where they differ. */
const SHOWN = 60
const BEFORE = 20

function whereApart(one: string, other: string): number {
  const at = [...one].findIndex((char, index) => char !== other[index])
  return Math.max(0, (at === -1 ? one.length : at) - BEFORE)
}

function excerpt(step: string, from: number): string {
  if (step.length <= SHOWN) return step
  const shown = step.slice(from, from + SHOWN)
  return `${from > 0 ? '…' : ''}${shown}${from + SHOWN < step.length ? '…' : ''}`
}

function byPlace(steps: readonly DialplanStep[]): ReadonlyMap<string, string> {
  return new Map(
    steps.map(({ context, extension, priority, application, data }) => [
      `${context},${extension},${priority}`,
      `${application}(${data})`,
    ]),
  )
}
