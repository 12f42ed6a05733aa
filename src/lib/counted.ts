/** `12,345` */
export function thousands(count: number): string {
  return count.toLocaleString('en-US')
}

/** `1 call`, `12,345 calls` */
export function counted(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`
}
