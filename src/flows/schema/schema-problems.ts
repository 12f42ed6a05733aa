import type * as z from 'zod'
import type { Findings, YamlPath } from '../document/findings.js'

type Issue = z.core.$ZodIssue

/** Turns what the schema complains about into problems, each at the place that has to be changed. */
export function addIssues(issues: readonly Issue[], findings: Findings, root: YamlPath = []): void {
  for (const issue of issues) addIssue(issue, [...root, ...(issue.path as YamlPath)], findings)
}

function addIssue(issue: Issue, path: YamlPath, findings: Findings): void {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const messages = issue.message.split('\n')
      issue.keys.forEach((key, i) => {
        findings.problemAtKey([...path, key], messages[i] ?? `unknown key "${key}"`)
      })
      return
    }
    case 'invalid_key':
      for (const inner of issue.issues)
        findings.problemAtKey(path, `"${String(path.at(-1))}": ${inner.message}`)
      return
    case 'invalid_union':
      addUnion(issue, path, findings)
      return
    case 'invalid_type':
      findings.problem(path, typeMessage(issue, path))
      return
    case 'invalid_value':
      findings.problem(path, valueMessage(issue, path))
      return
    default:
      findings.problem(path, issue.message)
  }
}

/** Of several shapes, the one whose kind (text, list, map) was written is the one that was meant. */
function addUnion(issue: z.core.$ZodIssueInvalidUnion, path: YamlPath, findings: Findings): void {
  const meant = issue.errors.filter(
    (errors) => !errors.some((error) => error.code === 'invalid_type' && error.path.length === 0),
  )
  const [only] = meant
  if (only !== undefined && meant.length === 1) addIssues(only, findings, path)
  else findings.problem(path, issue.message)
}

function typeMessage(issue: z.core.$ZodIssueInvalidType, path: YamlPath): string {
  const name = subject(path)
  if (issue.input === undefined) return `the key ${name} is missing here`
  const expected = KIND_OF[issue.expected] ?? issue.expected
  const hint = issue.expected === 'string' ? quoteHint(issue.input) : ''
  return `${name} must be ${expected}, not ${kindOf(issue.input)}${hint}`
}

function valueMessage(issue: z.core.$ZodIssueInvalidValue, path: YamlPath): string {
  if (!issue.message.startsWith('Invalid option')) return issue.message
  return `${subject(path)} must be one of ${issue.values.map(String).join(', ')}, not ${JSON.stringify(issue.input)}`
}

function quoteHint(input: unknown): string {
  return typeof input === 'number' || typeof input === 'boolean' ? '; put it in quotes' : ''
}

/** The last name on the path, and for an item of a list which one it is. */
function subject(path: YamlPath): string {
  const last = path.at(-1)
  if (typeof last === 'number') return `item ${last + 1} of ${subject(path.slice(0, -1))}`
  return last === undefined ? 'this file' : `"${last}"`
}

const KIND_OF: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
}

function kindOf(input: unknown): string {
  if (input === null) return 'empty'
  if (Array.isArray(input)) return 'a list'
  return KIND_OF[typeof input] ?? typeof input
}
