import { existsSync } from 'node:fs'
import { removeRun } from './setup.js'

export default async function teardown(): Promise<void> {
  const folder = process.env.DOORMAN_TEST_RUN
  if (folder !== undefined && existsSync(folder)) await removeRun(folder)
}
