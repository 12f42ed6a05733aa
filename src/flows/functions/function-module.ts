import { createRequire, isBuiltin } from 'node:module'
import { compileFunction } from 'node:vm'
import type { FunctionOrder } from './function-message.js'
import { RecentScripts } from './function-scripts.js'

type DefaultExport = (conversation: unknown) => unknown

interface Script {
  readonly code: string
  /** What the module exported; undefined until it was evaluated without a throw. */
  exports?: unknown
}

const scripts = new RecentScripts<Script>()
const requireBuiltin = createRequire(import.meta.url)

/** The function that a flow file exports. Its module is evaluated once a worker, as any module would be. */
export function loadFunction(order: FunctionOrder): DefaultExport {
  const script = scriptOf(order)
  script.exports ??= evaluate(script.code, order.file)
  const main = (script.exports as { readonly default?: unknown } | null)?.default
  if (typeof main === 'function') return main as DefaultExport
  throw new TypeError('it has no default function; begin with `export default function (conv) { … }`')
}

function scriptOf(order: FunctionOrder): Script {
  const known = scripts.get(order.hash)
  if (known !== undefined) return known
  const script: Script = { code: order.code ?? '' }
  scripts.keep(order.hash, script)
  return script
}

/** `compileFunction` rather than a wrapper around the text: lines and columns stay those of the code. */
function evaluate(code: string, file: string): unknown {
  const module = { exports: {} as unknown }
  const body = compileFunction(code, ['module', 'exports', 'require'], { filename: file })
  body.call(module.exports, module, module.exports, requireFor(file))
  return module.exports
}

/** A bundle brings its packages along; what is left to require are Node's own modules. */
function requireFor(file: string): (name: string) => unknown {
  return (name) => {
    if (isBuiltin(name)) return requireBuiltin(name)
    throw new Error(`${file} requires "${name}", which is neither in its bundle nor a module of Node`)
  }
}
