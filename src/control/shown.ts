import { maskNumbers } from '../observability/masking.js'
import type { User } from './access.js'

/** Numbers are masked here, not in the page, for users who only look. */
export function shown<T extends object>(value: T, user: User | undefined): T {
  if (user?.role !== 'viewer') return value
  return maskNumbers(value as Readonly<Record<string, unknown>>) as T
}
