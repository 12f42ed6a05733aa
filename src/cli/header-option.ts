import { InvalidArgumentError } from 'commander'

export type GivenHeader = readonly [name: string, value: string]

/** Collects `--header 'X-VIP: gold'`; a line end in it would be a second header, or a second message. */
export function addHeader(text: string, before: readonly GivenHeader[]): readonly GivenHeader[] {
  const [, name, value] = /^([A-Za-z0-9!%*_+`'~.-]+)\s*:[ \t]*([^\r\n]*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError("A header is written as 'X-VIP: gold', on one line.")
  }
  return [...before, [name, value]]
}
