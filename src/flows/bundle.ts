import { readFile, realpath } from 'node:fs/promises'
import { extname, relative, sep } from 'node:path'
import { build, type Loader, type Message, type Plugin } from 'esbuild'
import type { Problem } from './problem.js'
import type { FlowFunction } from './revision.js'
import type { FlowSource } from './source.js'

/** A code flow as one script, or why it could not be made; with every file that was read for it. */
export type Bundle =
  | { readonly ok: true; readonly flow: FlowFunction; readonly files: ReadonlyMap<string, Buffer> }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly files: ReadonlyMap<string, Buffer> }

/** The name that esbuild sees for the line that asks a code flow for its default export. */
const ENTRY = 'doorman-entry.js'

/**
 * Bundles one code flow to a CommonJS script. Files of `source` are taken from memory; what they import is
 * read from disk, once, and handed back, so that the revision's hash covers it.
 */
export async function bundle(source: FlowSource, file: string): Promise<Bundle> {
  const files = new Map<string, Buffer>()
  try {
    const folder = await realpath(source.folder)
    const { outputFiles } = await build({
      ...OPTIONS,
      absWorkingDir: folder,
      stdin: {
        contents: `export { default } from ${JSON.stringify(`./${file}`)}`,
        resolveDir: folder,
        sourcefile: ENTRY,
      },
      plugins: [typesOnly, fromMemory(folder, source.files, files)],
    })
    const text = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? ''
    return { ok: true, flow: Object.freeze({ file, code: text('.cjs'), map: text('.map') }), files }
  } catch (error) {
    return { ok: false, problems: problemsOf(error, file), files }
  }
}

/** Nothing is printed, and no `tsconfig.json` further up can change what a code flow means. */
const OPTIONS = {
  bundle: true,
  write: false,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  outfile: 'flow.cjs',
  sourcemap: 'external',
  sourcesContent: false,
  tsconfigRaw: '{}',
  logLevel: 'silent',
  // A flows folder is often mounted as symbolic links (a Kubernetes ConfigMap): names stay as the author sees them.
  preserveSymlinks: true,
} as const

/** `asterisk-doorman` is types to a code flow: at run time Doorman is the one who calls it. */
const typesOnly: Plugin = {
  name: 'types-only',
  setup({ onResolve }) {
    onResolve({ filter: /^asterisk-doorman($|\/)/ }, () => ({
      errors: [{ text: 'a code flow gets only types from asterisk-doorman; write "import type"' }],
    }))
  },
}

function fromMemory(folder: string, memory: ReadonlyMap<string, Buffer>, files: Map<string, Buffer>): Plugin {
  return {
    name: 'from-memory',
    setup({ onLoad }) {
      onLoad({ filter: /\.([cm]?[jt]s|[jt]sx|json)$/, namespace: 'file' }, async ({ path }) => {
        const name = relative(folder, path).split(sep).join('/')
        const contents = memory.get(name) ?? (await readFile(path))
        files.set(name, contents)
        return { contents, loader: loaderOf(path) }
      })
    },
  }
}

function loaderOf(path: string): Loader {
  const kind = extname(path).slice(1).replace(/^[cm]/, '')
  return kind === 'tsx' || kind === 'jsx' || kind === 'json' || kind === 'ts' ? kind : 'js'
}

function problemsOf(error: unknown, file: string): readonly Problem[] {
  const messages: readonly Message[] =
    typeof error === 'object' && error !== null && 'errors' in error && Array.isArray(error.errors)
      ? error.errors
      : []
  if (messages.length === 0)
    return [{ file, line: 1, column: 1, message: `this code flow can't be bundled: ${String(error)}` }]
  return messages.map((message) => problemOf(message, file))
}

function problemOf({ text, location }: Message, file: string): Problem {
  if (location === null) return { file, line: 1, column: 1, message: text }
  if (location.file === ENTRY) {
    return {
      file,
      line: 1,
      column: 1,
      message: 'a code flow exports its function: write "export default function …"',
    }
  }
  // esbuild counts columns from 0, in bytes.
  const before = Buffer.from(location.lineText).subarray(0, location.column).toString()
  return { file: location.file, line: location.line, column: before.length + 1, message: text }
}
