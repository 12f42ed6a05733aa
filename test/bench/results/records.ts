/** How many decision records of routed calls a log of Doorman's holds. */
export function routedRecords(log: string): number {
  return log.split('\n').filter((line) => /"event":"decision".*"outcome":"routed"/.test(line)).length
}
