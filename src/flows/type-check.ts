import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Problem } from './problem.js'

/** What TypeScript says of the code flows; `skipped` tells why it was not asked. */
export interface TypeCheck {
  readonly problems: readonly Problem[]
  readonly skipped?: string
}

const MOST_MS = 60_000
const NOT_INSTALLED = 'TypeScript is not installed; run "npm install typescript" in the folder above'
const TYPES = fileURLToPath(new URL('../index.d.ts', import.meta.url))

/**
 * Has the admin's own TypeScript check code flows: the one found from the flows folder upward, else beside Doorman.
 * Only `doorman check` does this: a reload at three in the morning neither waits for a compiler nor fails for a type.
 *
 * @param files the files of a revision, by their names in the folder; imported code is among them.
 */
export async function checkTypes(
  folder: string,
  files: Iterable<string>,
  beside = import.meta.dirname,
): Promise<TypeCheck> {
  const sources = [...files].filter((file) => /\.[cm]?ts$/.test(file))
  if (sources.length === 0) return { problems: [] }
  const root = realpathSync(folder)
  const find = (name: string) => findPackage(name, root) ?? findPackage(name, beside)
  const typescript = find('typescript')
  if (typescript === undefined) return { problems: [], skipped: NOT_INSTALLED }
  const place = mkdtempSync(join(tmpdir(), 'doorman-types-'))
  try {
    const project = join(place, 'tsconfig.json')
    writeFileSync(project, JSON.stringify(projectOf(root, sources, find('@types/node'))))
    const output = await compilerOutput(join(typescript, 'bin', 'tsc'), project, root)
    const found = [...output.matchAll(ERROR)]
    const problems = found.flatMap((error) => problemOf(error, [...sources, 'tsconfig.json']))
    const [other = ''] = output.split('\n')
    return found.length === 0 && other !== '' ? { problems, skipped: other } : { problems }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/** As Node looks for packages: in `node_modules` of this folder, and of each one above it. */
function findPackage(name: string, folder: string): string | undefined {
  const found = join(folder, 'node_modules', name)
  if (existsSync(join(found, 'package.json'))) return found
  return dirname(folder) === folder ? undefined : findPackage(name, dirname(folder))
}

/** The rules of the folder's own tsconfig.json, which an editor goes by, too; else strict ones. */
function projectOf(root: string, sources: readonly string[], nodeTypes: string | undefined) {
  const own = join(root, 'tsconfig.json')
  const rules = existsSync(own) ? {} : { strict: true, noImplicitAny: false }
  return {
    ...(existsSync(own) ? { extends: own } : {}),
    compilerOptions: {
      ...{ ...rules, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true },
      ...{ target: 'ES2024', module: 'ESNext', moduleResolution: 'Bundler' },
      ...(nodeTypes === undefined
        ? { lib: ['ES2024', 'DOM'], types: [] }
        : { lib: ['ES2024'], types: ['node'], typeRoots: [dirname(nodeTypes)] }),
      paths: { 'asterisk-doorman': [TYPES] },
    },
    files: sources.map((file) => join(root, file)),
    include: [],
  }
}

/** Standard output of the compiler, which ends with 1 or 2 where it found something. */
function compilerOutput(tsc: string, project: string, cwd: string): Promise<string> {
  const args = [tsc, '--project', project, '--pretty', 'false']
  const options = { cwd, timeout: MOST_MS, env: { PATH: process.env.PATH }, maxBuffer: 2 ** 24 }
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout) => {
      if (error?.killed) resolve(`TypeScript took longer than ${MOST_MS / 1_000} s`)
      else resolve(stdout || (error === null ? '' : error.message))
    })
  })
}

const ERROR = /^(.+?)\((\d+),(\d+)\): error TS(\d+): (.*)$/gm
/** Node's names where its types are not installed, and modules without types: the bundler has found all imports. */
const UNKNOWN_MODULES = ['2307', '2580', '2591']

function problemOf(error: RegExpExecArray, files: readonly string[]): readonly Problem[] {
  const [, file = '', line, column, code = '', text = ''] = error
  if (!files.includes(file) || UNKNOWN_MODULES.includes(code)) return []
  const message = `${text.replace(/\.$/, '')} (TypeScript ${code})`
  return [{ file, line: Number(line), column: Number(column), code: 'flows.types', message }]
}
