import type { Variable } from '../pbx.js'
import { MAX_LINE_BYTES } from './session.js'

/** Variable and value of one AMI `Setvar`. */
export interface Setvar {
  readonly variable: string
  readonly value: string
}

/**
 * What `ARRAY` does not take as it is: a comma parts values, unless it stands in quotes or brackets, so that one
 * open quote or bracket would make a single value of all that follow. Shown on 16.28 and 22.10, as is that all
 * of them arrive whole behind a backslash.
 */
const SPECIAL = /[\\,"()[\]]/g

/**
 * Variables → `Setvar` actions, as few as the line limit allows, in the given order. Several variables go in
 * one action through the dialplan function `ARRAY`, whose values have all escaped that means something to it.
 *
 * @throws RangeError for a single variable that fits in no line, and for a CR or LF, which would start a new
 * header and so a new action.
 */
export function setvars(variables: readonly Variable[]): readonly Setvar[] {
  const groups: [Variable, ...Variable[]][] = []
  for (const variable of variables) {
    refuseUnsendable(variable)
    const last = groups.at(-1)
    if (last !== undefined && fits(setvar([...last, variable]))) last.push(variable)
    else groups.push([variable])
  }
  return groups.map(setvar)
}

function setvar(group: readonly [Variable, ...Variable[]]): Setvar {
  if (group.length === 1) return { variable: group[0].name, value: group[0].value }
  const names = group.map(({ name }) => name)
  const values = group.map(({ value }) => value.replace(SPECIAL, '\\$&'))
  return { variable: `ARRAY(${names.join(',')})`, value: values.join(',') }
}

function fits({ variable, value }: Setvar): boolean {
  const longest = Math.max(Buffer.byteLength(`Variable: ${variable}`), Buffer.byteLength(`Value: ${value}`))
  return longest <= MAX_LINE_BYTES
}

/** Before anything is sent: half a set of variables would be worse than none. */
function refuseUnsendable({ name, value }: Variable): void {
  if (/[\r\n\0]/.test(name + value))
    throw new RangeError(`Variable ${JSON.stringify(name)} holds a line end, which AMI cannot carry.`)
  if (!fits({ variable: name, value }))
    throw new RangeError(`Variable ${name} is longer than one AMI line (${MAX_LINE_BYTES} bytes).`)
}
