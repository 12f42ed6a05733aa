import { RunningDialplan } from '../../../src/asterisk/dialplan/running.js'
import type { DialplanStep } from '../../../src/asterisk/dialplan/steps.js'

/** What Asterisk would run of a text of extensions.conf, in the order of the text. */
export function runningDialplan(text: string): RunningDialplan {
  const steps: DialplanStep[] = []
  const includes = new Map<string, string[]>()
  let [context, extension, priority] = ['', '', 0]
  for (const line of text.split('\n').map((line) => line.trim())) {
    context = /^\[([^\]]+)\]/.exec(line)?.[1] ?? context
    const included = /^include => (.+)$/.exec(line)?.[1]
    if (included !== undefined) includes.set(context, [...(includes.get(context) ?? []), included])
    const exten = /^exten => ([^,]+),1/.exec(line)?.[1]
    if (exten !== undefined) [extension, priority] = [exten, 0]
    const [, application = '', data = ''] =
      /^(?:exten => [^,]+,1|same => n)(?:\([\w-]+\))?,(\w+)(?:\((.*)\))?$/.exec(line) ?? []
    if (application === '') continue
    priority += 1
    steps.push({ context, extension, priority, application, data })
  }
  return new RunningDialplan(steps, includes)
}
