import { userInfo } from 'node:os'

/** The user of this process, by name, or in a container that has no name for it by number. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.())
  }
}
