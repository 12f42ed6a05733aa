/** Something wrong with the flow files, and where. Lines and columns count from 1. */
export interface Problem {
  /** Path of the file, relative to the flows folder. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** What is wrong and what to do about it, in one sentence. */
  readonly message: string
}

/** `routing.yaml:12:7: …`, the form that editors and terminals make clickable. */
export function formatProblem(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`
}

/** The flow files cannot be used; `problems` says why, each with its place. */
export class FlowFilesError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.name = 'FlowFilesError'
  }
}
