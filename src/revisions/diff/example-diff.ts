import type { Example } from '../../flows/examples.js'
import { type Change, change, changed } from './change.js'
import { pairMore, unpaired } from './pair.js'
import { stateShape } from './state-diff.js'

/** Examples decide no call, but one that was taken out no longer stands in the way of a reload. */
export function exampleChanges(before: readonly Example[], after: readonly Example[]): readonly Change[] {
  const named = pairMore(unpaired(before, after), (example) => (isNamed(example) ? example.name : undefined))
  const { pairs, removed, added } = pairMore(pairMore(named, content), ({ name }) => name)
  return [
    ...removed.map(({ name }) => change('example', 'removed', name, 'removed')),
    ...added.map(({ name }) => change('example', 'added', name, 'added')),
    ...pairs.flatMap(([old, now]) => parts(old, now)),
  ]
}

function parts(old: Example, now: Example): readonly Change[] {
  const names = isNamed(old) || isNamed(now) ? [old.name, now.name] : []
  return [
    ...(names[0] === names[1] ? [] : [change('example', 'renamed', old.name, `renamed to "${now.name}"`)]),
    ...(shape(old.call) === shape(now.call) ? [] : [changed('example', now.name, 'another call')]),
    ...(shape(old.expect) === shape(now.expect) ? [] : [changed('example', now.name, 'another expectation')]),
  ]
}

/** One without a name is called by its place. */
function isNamed({ name }: Example): boolean {
  return !/^example \d+$/.test(name)
}

function content({ call, expect }: Example): string {
  return shape([call, expect])
}

function shape(value: unknown): string {
  return stateShape(JSON.parse(JSON.stringify(value)))
}
