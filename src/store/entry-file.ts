import * as z from 'zod'
import { deepFreeze } from '../flows/parts/deep-freeze.js'
import { type RevisionEntry, WAYS } from '../revisions/entry.js'
import { storedNameProblem } from './stored-name.js'

const fileSchema = z.object({
  name: z.string().superRefine((name, context) => {
    const message = storedNameProblem(name)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256'),
  bytes: z.int().nonnegative(),
})

const entrySchema = z.object({
  number: z.int().positive(),
  id: z.string().min(1),
  hash: z.string().min(1),
  at: z.iso.datetime(),
  way: z.enum(WAYS),
  by: z.string().nullable(),
  rollback: z.object({ of: z.int().positive(), insteadOf: z.string() }).nullable(),
  files: z.array(fileSchema),
})

/** `000012.json` */
export function entryName(number: number): string {
  return `${String(number).padStart(6, '0')}.json`
}

/** The number that a file in `revisions/` is called by; undefined for a file that is none of ours. */
export function numberOfName(name: string): number | undefined {
  const digits = /^([0-9]{6,15})\.json$/.exec(name)?.[1]
  return digits === undefined || entryName(Number(digits)) !== name ? undefined : Number(digits)
}

export function formatEntry(entry: RevisionEntry): string {
  return `${JSON.stringify(entry, null, 2)}\n`
}

/** Reads an entry, or says why the file holds none. */
export function parseEntry(text: string, number: number): RevisionEntry | string {
  const parsed = entrySchema.safeParse(jsonOf(text))
  const [issue] = parsed.error?.issues ?? []
  if (issue !== undefined) return [issue.path.join('.'), issue.message].filter(Boolean).join(': ')
  if (parsed.data?.number !== number) return `it is called ${number} and holds ${parsed.data?.number}`
  return deepFreeze(parsed.data)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
