import type * as z from 'zod'

/** A map as it came out of YAML, not yet checked. */
export type RawMap = Readonly<Record<string, unknown>>

export function isRawMap(value: unknown): value is RawMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The entries of a map; none where it is no map. */
export function rawEntries(value: unknown): readonly (readonly [string, unknown])[] {
  return isRawMap(value) ? Object.entries(value) : []
}

/** The items of a list; none where it is no list. */
export function rawItems(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The value where the schema accepts it, else undefined: the schema's own problem is told elsewhere. */
export function sound<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> | undefined {
  return schema.safeParse(value).data
}

/** Whatever a map has under a key; undefined where it is no map. */
export function rawAt(value: unknown, key: string): unknown {
  return isRawMap(value) && Object.hasOwn(value, key) ? value[key] : undefined
}
