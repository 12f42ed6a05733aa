import type { YamlPath } from '../document/findings.js'

/** A warning about something in `routing.yaml`, and the way to it. */
export interface LintWarning {
  readonly path: YamlPath
  readonly message: string
}
