import type { Variable } from '../pbx.js'

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
  const groups: Group[] = []
  for (const variable of variables) {
    refuseUnsendable(variable)
    const value = variable.value.replace(SPECIAL, '\\$&')
    // With the comma that parts it from the one before.
    const [nameBytes, valueBytes] = [Buffer.byteLength(variable.name) + 1, Buffer.byteLength(value) + 1]
    const last = groups.at(-1)
    if (last !== undefined && last.nameBytes + nameBytes <= NAMES && last.valueBytes + valueBytes <= VALUES) {
      last.names.push(variable.name)
      last.values.push(value)
      last.nameBytes += nameBytes
      last.valueBytes += valueBytes
    } else groups.push({ first: variable, names: [variable.name], values: [value], nameBytes, valueBytes })
  }
  return groups.map(toSetvar)
}

/** Variables that go together, their values as `ARRAY` takes them, and the bytes of both lists so far. */
interface Group {
  readonly first: Variable
  readonly names: string[]
  readonly values: string[]
  nameBytes: number
  valueBytes: number
}

const NAMES = MAX_LINE_BYTES - 'Variable: ARRAY()\r\n'.length
const VALUES = MAX_LINE_BYTES - 'Value: \r\n'.length

function toSetvar({ first, names, values }: Group): Setvar {
  if (names.length === 1) return { variable: first.name, value: first.value }
  return { variable: `ARRAY(${names.join(',')})`, value: values.join(',') }
}

function refuseUnsendable({ name, value }: Variable): void {
  if (/[\r\n\0]/.test(name + value)) {
    throw new RangeError(`Variable ${JSON.stringify(name)} holds a line end, which AMI cannot carry.`)
  }
  const isLong =
    Buffer.byteLength(`Variable: ${name}\r\n`) > MAX_LINE_BYTES ||
    Buffer.byteLength(`Value: ${value}\r\n`) > MAX_LINE_BYTES
  if (isLong) {
    throw new RangeError(`Variable ${name} is longer than one AMI line (${MAX_LINE_BYTES} bytes).`)
  }
}
