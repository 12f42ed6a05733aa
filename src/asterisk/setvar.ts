import type { Variable } from './pbx.js'

/**
 * Asterisk refuses an AMI line over 1,024 bytes ("line too long") and drops the whole action. The longest
 * line that passed on 16.28 and 22.10 had 1,021 bytes with its key; some distance is kept.
 */
const MAX_LINE_BYTES = 1_000

/**
 * What `ARRAY` does not take as it is: a comma parts values, unless it stands in quotes or brackets, so that one
 * open quote or bracket would make a single value of all that follow. Shown on 16.28 and 22.10, as is that all
 * of them arrive whole behind a backslash.
 */
const SPECIAL = /[\\,"()[\]]/g

/** Variable and value of one AMI `Setvar`. */
export interface Setvar {
  readonly variable: string
  readonly value: string
}

/**
 * Variables → `Setvar` actions, as few as the line limit allows, in the given order. Several variables go in
 * one action through the dialplan function `ARRAY`, whose values have all escaped that means something to it.
 *
 * @throws RangeError for a single variable that fits in no line, and for a CR or LF, which would start a new
 * header and so a new action.
 */
export function setvars(variables: readonly Variable[]): readonly Setvar[] {
  const groups: Variable[][] = []
  for (const variable of variables) {
    refuseUnsendable(variable)
    const last = groups.at(-1)
    if (last !== undefined && fits([...last, variable])) last.push(variable)
    else groups.push([variable])
  }
  return groups.map(toSetvar)
}

function refuseUnsendable(variable: Variable): void {
  if (/[\r\n\0]/.test(variable.name + variable.value)) {
    throw new RangeError(
      `Variable ${JSON.stringify(variable.name)} holds a line end, which AMI cannot carry.`,
    )
  }
  if (!fits([variable])) {
    throw new RangeError(`Variable ${variable.name} is longer than one AMI line (${MAX_LINE_BYTES} bytes).`)
  }
}

function fits(group: readonly Variable[]): boolean {
  const { variable, value } = toSetvar(group)
  return (
    Buffer.byteLength(`Variable: ${variable}\r\n`) <= MAX_LINE_BYTES &&
    Buffer.byteLength(`Value: ${value}\r\n`) <= MAX_LINE_BYTES
  )
}

function toSetvar(group: readonly Variable[]): Setvar {
  const [only] = group
  if (group.length === 1 && only !== undefined) return { variable: only.name, value: only.value }
  return {
    variable: `ARRAY(${group.map((variable) => variable.name).join(',')})`,
    value: group.map((variable) => variable.value.replace(SPECIAL, '\\$&')).join(','),
  }
}
