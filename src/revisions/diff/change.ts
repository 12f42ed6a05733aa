/** One difference between two revisions. */
export interface Change {
  readonly part: Part
  readonly kind: 'added' | 'removed' | 'moved' | 'renamed' | 'changed'
  /** Which rule, branch, flow, trunk, example or file; empty for a part that is there only once. */
  readonly name: string
  /** One line for people, in the words of the flow file: `rule "Sales hours": goto sales_flow → main`. */
  readonly text: string
  /** Where a list of numbers changed: how many. */
  readonly numbers?: NumbersChange
}

/** The parts of the flow files, in the order in which changes are told. */
export type Part =
  | 'default_country'
  | 'callee_from'
  | 'trunk'
  | 'vip'
  | 'branch'
  | 'flow'
  | 'rule'
  | 'code'
  | 'otherwise'
  | 'example'

export interface NumbersChange {
  readonly added: number
  readonly removed: number
  /** Numbers that stayed and have another row: another name or tier, say. */
  readonly otherRows: number
}

const QUOTED: readonly Part[] = ['rule', 'branch', 'example']

/** `rule "Sales hours"`, `flow sales_flow`, or the bare part where there is only one of it. */
export function subject(part: Part, name: string): string {
  if (name === '') return part
  return QUOTED.includes(part) ? `${part} "${name}"` : `${part} ${name}`
}

export function change(part: Part, kind: Change['kind'], name: string, detail: string): Change {
  return Object.freeze({ part, kind, name, text: `${subject(part, name)}: ${detail}` })
}

export function changed(part: Part, name: string, detail: string): Change {
  return change(part, 'changed', name, detail)
}

/** `sales_flow → main`; a missing side is called `nothing`. */
export function fromTo(before: string | undefined, after: string | undefined): string {
  return `${before || 'nothing'} → ${after || 'nothing'}`
}

/** `+12 −3 numbers`, `+1 number`; empty where nothing came or went. */
export function plusMinus({ added, removed }: Pick<NumbersChange, 'added' | 'removed'>): string {
  const parts = [added > 0 ? `+${grouped(added)}` : '', removed > 0 ? `−${grouped(removed)}` : '']
  const noun = added + removed === 1 ? 'number' : 'numbers'
  return [...parts.filter(Boolean), ...(added + removed > 0 ? [noun] : [])].join(' ')
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

/** Items that came with a plus, items that went with a minus: `+X-VIP −X-Account`; empty where none did. */
export function itemsChange(before: Iterable<string>, after: Iterable<string>): string {
  const [old, now] = [new Set(before), new Set(after)]
  const came = [...now].filter((item) => !old.has(item)).map((item) => `+${item}`)
  const went = [...old].filter((item) => !now.has(item)).map((item) => `−${item}`)
  return [...came, ...went].join(' ')
}
