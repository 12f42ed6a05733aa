// The list of everything in the package (CycloneDX): what npm says of the installed dependencies, on standard input, and
// what npm does not know of: Node.js, and the libraries in the console's bundle. The same package gives the same text.
//   npm sbom --sbom-format cyclonedx --omit dev | node packaging/sbom.mjs <folder of Node.js> <node_modules of the package>
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const readPackage = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
const [nodeFolder, modules] = process.argv.slice(2)
const { serialNumber, ...bom } = JSON.parse(readFileSync(0, 'utf8'))
delete bom.metadata.timestamp

const absWorkingDir = dirname(dirname(fileURLToPath(import.meta.url)))
const { metafile } = await build({
  entryPoints: ['src/console/app.ts'],
  ...{ absWorkingDir, bundle: true, write: false, metafile: true, format: 'esm' },
})
const bundled = Object.keys(metafile.inputs).flatMap(
  (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [],
)
const added = [...new Set(bundled)].map((folder) => readPackage(join(absWorkingDir, folder)))
const components = added.map(({ name, version, license }) => ({
  type: 'library',
  ...{
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    licenses: [{ license: { id: license } }],
  },
}))
const { version } = readPackage(nodeFolder)
components.push({ type: 'platform', name: 'node', version, purl: `pkg:generic/node@${version}` })
bom.components.push(...components)

// What lies in node_modules and is not in the list would be shipped without a word.
const folders = readdirSync(modules).flatMap((name) =>
  name.startsWith('@')
    ? readdirSync(join(modules, name)).map((one) => `${name}/${one}`)
    : name.startsWith('.')
      ? []
      : name,
)
const listed = new Set(bom.components.map(({ group, name }) => (group ? `${group}/${name}` : name)))
const missing = folders.filter((name) => !listed.has(name))
if (missing.length > 0) throw new Error(`The list of the package's parts lacks ${missing.join(', ')}`)
console.log(JSON.stringify(bom))
