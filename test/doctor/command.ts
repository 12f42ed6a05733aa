import { execFile } from 'node:child_process'
import type { Finding } from '../../src/doctor/check.js'
import { DOORMAN } from '../support/doorman.js'

/** What a command said when it had ended. */
export interface Said {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `doorman …` to its end, as an admin does. */
export function doorman(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Said> {
  const [node = '', ...script] = DOORMAN
  return new Promise((resolve) => {
    const options = {
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', ...env },
      timeout: 30_000,
    } as const
    execFile(node, [...script, ...args], options, (error, stdout, stderr) => {
      resolve({ exit: error === null ? 0 : Number(error.code ?? -1), stdout, stderr })
    })
  })
}

export interface Diagnosis {
  readonly exit: number
  readonly findings: readonly Finding[]
}

export async function doctor(env: Readonly<Record<string, string>>): Promise<Diagnosis> {
  const { exit, stdout, stderr } = await doorman(['doctor', '--json'], env)
  if (stdout === '') throw new Error(`doctor said nothing: ${stderr}`)
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] }
  return { exit, findings }
}
