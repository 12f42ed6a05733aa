import { createHash } from 'node:crypto'

/** One priority of an extension. */
export interface DialplanStep {
  readonly context: string
  readonly extension: string
  readonly priority: number
  readonly application: string
  /** The application's arguments. */
  readonly data: string
}

/** The priorities of a generated text, as Asterisk's ShowDialPlan lists them. */
export function stepsOf(text: string): readonly DialplanStep[] {
  let [context, extension, priority] = ['', '', 0]
  return text.split('\n').flatMap((line) => {
    context = /^\[(.+)\]$/.exec(line)?.[1] ?? context
    const step = /^(?:exten => (.+?),1| same => n(?:\([\w-]+\))?),(\w+)\((.*)\)$/.exec(line)
    if (step === null) return []
    const [, pattern, application = '', data = ''] = step
    priority = pattern === undefined ? priority + 1 : 1
    extension = pattern ?? extension
    return [{ context, extension, priority, application, data }]
  })
}

/** Twelve hexadecimal digits that stand for what a text does, whatever the comments in it say. */
export function fingerprint(text: string): string {
  return createHash('sha256')
    .update(JSON.stringify(stepsOf(text)))
    .digest('hex')
    .slice(0, 12)
}

/** How the running steps differ from the generated ones, a line each; none where they are the same. */
export function stepDifferences(
  generated: readonly DialplanStep[],
  running: readonly DialplanStep[],
): readonly string[] {
  const [wanted, found] = [byLocation(generated), byLocation(running)]
  const changed = [...wanted].flatMap(([location, step]) => {
    const other = found.get(location)
    if (other === step) return []
    const from = firstDifference(step, other ?? '')
    return [`${location}: runs ${excerpt(other ?? 'nothing', from)}, written is ${excerpt(step, from)}`]
  })
  const more = [...found].filter(([location]) => !wanted.has(location))
  return [
    ...changed,
    ...more.map(([location, step]) => `${location}: runs ${excerpt(step, 0)}, written is nothing`),
  ]
}

/** Longer steps are shown from a little before the first difference. */
const SHOWN = 60
const BEFORE = 20

function firstDifference(one: string, other: string): number {
  const at = [...one].findIndex((char, index) => char !== other[index])
  return Math.max(0, (at === -1 ? one.length : at) - BEFORE)
}

function excerpt(step: string, from: number): string {
  if (step.length <= SHOWN) return step
  const shown = step.slice(from, from + SHOWN)
  return `${from > 0 ? '…' : ''}${shown}${from + SHOWN < step.length ? '…' : ''}`
}

function byLocation(steps: readonly DialplanStep[]): ReadonlyMap<string, string> {
  return new Map(
    steps.map(({ context, extension, priority, application, data }) => [
      `${context},${extension},${priority}`,
      `${application}(${data})`,
    ]),
  )
}
