import { realpathSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { extname, relative, sep } from 'node:path'
import { build, type Loader, type Message, type Plugin } from 'esbuild'
import { suggestion } from '../lib/text.js'
import type { FilePosition, Problem, ProblemCode } from './problem.js'
import type { FlowFunction } from './revision.js'
import type { FlowSource } from './source.js'

/** esbuild's name for the line that asks a code flow for its default export. */
const ENTRY = 'doorman-entry.js'

/** Nothing is printed, and no `tsconfig.json` further up can change what a code flow means. */
const OPTIONS = {
  bundle: true,
  write: false,
  format: 'cjs',
  platform: 'node',
  target: 'node24',
  outfile: 'flow.cjs',
  sourcemap: 'external',
  sourcesContent: false,
  tsconfigRaw: '{}',
  logLevel: 'silent',
  // A flows folder is often mounted as symbolic links (a Kubernetes ConfigMap): names stay as the author sees them.
  preserveSymlinks: true,
} as const

/**
 * Bundles one code flow, with what it imports, to a CommonJS script, or returns what is wrong. Imported files are
 * read from `source` too, so that the revision's hash covers them.
 */
export async function bundle(source: FlowSource, file: string): Promise<FlowFunction | readonly Problem[]> {
  try {
    const folder = realpathSync(source.folder)
    const { outputFiles } = await build({
      ...OPTIONS,
      absWorkingDir: folder,
      stdin: {
        contents: `export { default } from ${JSON.stringify(`./${file}`)}`,
        resolveDir: folder,
        sourcefile: ENTRY,
      },
      plugins: [onlyFromFolder(folder), fromSource(folder, source)],
    })
    const text = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? ''
    return { file, code: text('.cjs'), map: text('.map') }
  } catch (error) {
    return problemsOf(error, file)
  }
}

const TYPES_ONLY = 'a code flow gets only types from asterisk-doorman; write "import type"'
const OUTSIDE = 'it lies outside of the flows folder'

/** A file from elsewhere would be no part of the revision: it could not be kept, nor its changes be noticed. */
function onlyFromFolder(folder: string): Plugin {
  return {
    name: 'only-from-folder',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /.*/ }, async ({ path, pluginData, ...options }) => {
        if (pluginData === OUTSIDE) return undefined
        if (/^asterisk-doorman($|\/)/.test(path)) return { errors: [{ text: TYPES_ONLY }] }
        const found = await resolve(path, { ...options, pluginData: OUTSIDE })
        const isFile = found.errors.length === 0 && !found.external && found.namespace === 'file'
        if (!isFile || !relative(folder, found.path).startsWith('..')) return found
        const text = `"${path}" can't be imported: ${OUTSIDE}; copy it into the folder`
        return { errors: [{ text }] }
      })
    },
  }
}

function fromSource(folder: string, source: FlowSource): Plugin {
  return {
    name: 'from-source',
    setup({ onLoad }) {
      onLoad({ filter: /\.([cm]?[jt]s|[jt]sx|json)$/, namespace: 'file' }, ({ path }) => {
        const contents = source.read(relative(folder, path).split(sep).join('/'), 'code')
        if (Buffer.isBuffer(contents)) return { contents, loader: loaderOf(path) }
        return { errors: [{ text: contents.message }] }
      })
    },
  }
}

function loaderOf(path: string): Loader {
  const kind = extname(path).slice(1).replace(/^[cm]/, '')
  return kind === 'tsx' || kind === 'jsx' || kind === 'json' || kind === 'ts' ? kind : 'js'
}

function problemsOf(error: unknown, file: string): readonly Problem[] {
  const isBuildFailure = typeof error === 'object' && error !== null && 'errors' in error
  const messages: readonly Message[] = isBuildFailure && Array.isArray(error.errors) ? error.errors : []
  const atStart = { file, line: 1, column: 1, code: 'flows.function_bundle' }
  if (messages.length === 0) return [{ ...atStart, message: `this code flow can't be bundled: ${error}` }]
  return messages.map(({ text, location }) => {
    const code: ProblemCode = text.includes(OUTSIDE) ? 'flows.function_import' : 'flows.function_bundle'
    if (location === null) return { ...atStart, code, message: text }
    if (location.file === ENTRY)
      return { ...atStart, message: 'a code flow exports its function: write "export default function …"' }
    // esbuild counts columns from 0, in bytes.
    const before = Buffer.from(location.lineText).subarray(0, location.column).toString()
    return { file: location.file, line: location.line, column: before.length + 1, code, message: text }
  })
}

/** `gotoFlow("main")`, and the whole of `gotoFlow(isVip ? "vip" : "main")`. The bundler has left out comments. */
const CALLS = {
  flow: /\bgotoFlow(?:\?\.)?\(([^()]*)\)/g,
  // `lookup` alone would be that of Node's `dns`, too.
  lookup: /\bconv\d*\.lookup(?:\?\.)?\(([^()]*)\)/g,
}
/** A text that is the whole argument, or a branch of it. */
const LITERAL = /(?<=(?:^|[?:|])\s*)(["'`])([^"'`\\$]*)\1(?=\s*(?:$|:))/g

/** A problem for each flow or lookup that does not exist, where the code has its name as a literal. */
export function unknownNames(
  fn: FlowFunction,
  what: keyof typeof CALLS,
  names: Iterable<string>,
): readonly Problem[] {
  const known = new Set(names)
  return [...fn.code.matchAll(CALLS[what])].flatMap(({ index, 0: call, 1: argument = '' }) =>
    [...argument.matchAll(LITERAL)].flatMap((literal): readonly Problem[] => {
      const name = literal[2] ?? ''
      if (known.has(name)) return []
      const offset = index + call.indexOf('(') + 1 + literal.index
      const message = `there is no ${what} "${name}" in routing.yaml${suggestion(name, known)}`
      return [{ ...positionAt(offset, fn), code: 'flows.unknown_name', message }]
    }),
  )
}

function positionAt(offset: number, fn: FlowFunction) {
  const before = fn.code.slice(0, offset).split('\n')
  const column = (before.at(-1)?.length ?? 0) + 1
  return originalPosition({ file: fn.file, line: before.length, column }, fn)
}

const maps = new WeakMap<FlowFunction, SourceMap | null>()

/**
 * Where in the author's files a stack begins: its first frame outside of packages, taken back through the
 * source map. Undefined where the stack does not touch the function's code.
 */
export function positionOf(stack: string, fn: FlowFunction): FilePosition | undefined {
  const found = [...framesIn(stack, fn.file), ...syntaxErrorIn(stack, fn.file)]
  const positions = found.map((at) => originalPosition(at, fn))
  return positions.find(({ file }) => !file.includes('node_modules/')) ?? positions[0]
}

/** `    at triage (triage.ts:3:9)` and `    at triage.ts:3:9`. */
function framesIn(stack: string, file: string): FilePosition[] {
  const frame = new RegExp(`^ +at (?:.*[( ])?${RegExp.escape(file)}:(\\d+):(\\d+)\\)?$`, 'gm')
  return [...stack.matchAll(frame)].map(([, line, column]) => ({
    file,
    line: Number(line),
    column: Number(column),
  }))
}

/** A script that does not parse has no frame of its own: V8 writes `file:line`, the line, and carets below it. */
function syntaxErrorIn(stack: string, file: string): FilePosition[] {
  const match = new RegExp(`^${RegExp.escape(file)}:(\\d+)\\n.*\\n( *)\\^`).exec(stack)
  return match === null ? [] : [{ file, line: Number(match[1]), column: (match[2] ?? '').length + 1 }]
}

/** Where in the author's files a position of the bundled code comes from. */
export function originalPosition(at: FilePosition, fn: FlowFunction): FilePosition {
  const entry = mapOf(fn)?.findEntry(at.line - 1, at.column - 1)
  if (entry === undefined || !('originalSource' in entry)) return at
  const { originalSource, originalLine, originalColumn } = entry
  // Bundlers name sources from where the bundle would lie; the flow's own file goes by its name in `run:`.
  const path = originalSource.replace(/^(\.{0,2}\/)+/, '')
  const file = path.endsWith(`/${fn.file}`) ? fn.file : path
  return { file, line: originalLine + 1, column: originalColumn + 1 }
}

/** Parsed on the first failure only: reading a map takes longer than most functions run. */
function mapOf(fn: FlowFunction): SourceMap | null {
  const known = maps.get(fn)
  if (known !== undefined) return known
  let map: SourceMap | null = null
  try {
    map = new SourceMap(JSON.parse(fn.map) as SourceMapPayload)
  } catch {
    // Positions are then those of the bundled code.
  }
  maps.set(fn, map)
  return map
}
