import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Databases } from '../../src/databases/databases.js'
import { parseDatabaseUrl } from '../../src/lib/database-url.js'
import { type DatabaseServer, startDatabase } from '../support/database-servers.js'
import type { FlowFiles } from '../support/flow-folder.js'
import { labFolder, repositoryFolder } from '../support/lab-folder.js'

/** The customer database of `npm run demo -- --with-database`. */
const STATEMENTS = [
  'CREATE TABLE customers (phone text PRIMARY KEY, name text, tier text)',
  `INSERT INTO customers VALUES
     ('+15559990011', 'Alan Turing', NULL), ('+15559990012', 'Grace Hopper', 'gold')`,
]

/** The setting that gives it to Doorman. */
export const CUSTOMERS_SETTING = 'DOORMAN_DATABASE_CRM'

const TABLE = `tables:
  customers:
    sql: "SELECT phone AS number, name, tier FROM customers WHERE tier = 'gold'"
    database: crm # ${CUSTOMERS_SETTING}
    every: 1s`

export async function startCustomers(say: (line: string) => void): Promise<DatabaseServer> {
  const server = await startDatabase('postgres', { say })
  const databases = new Databases(new Map([['crm', parseDatabaseUrl(server.url)]]))
  for (const sql of STATEMENTS) await databases.sql('crm').query(sql, new Map(), 10_000)
  await databases.stop()
  return server
}

/** The example flows, in which the gold customers are VIPs, too. */
export function flowsWithCustomers(): FlowFiles {
  const folder = join(repositoryFolder(), 'flows')
  const files = readdirSync(folder).map((name): [string, string] => [
    name,
    readFileSync(join(folder, name), 'utf8'),
  ])
  const { 'routing.yaml': routing = '', ...others } = Object.fromEntries(files)
  const changed = routing.replace(/^vip:$/m, 'vip:\n  tables: [customers]').replace(/^tables:$/m, TABLE)
  return { ...others, 'routing.yaml': changed }
}

/** A script that hands SQL to the database, for people who have no psql. */
export function writeSqlScript(server: DatabaseServer): {
  readonly path: string
  readonly remove: () => void
} {
  const path = join(labFolder(), 'demo-sql')
  const words = server.psql.map((word) => `'${word}'`).join(' ')
  mkdirSync(labFolder(), { recursive: true })
  writeFileSync(
    path,
    `#!/bin/sh\n# Of the running demo. Without an argument it is psql.\nexec ${words} "\${@:+-c}" "$@"\n`,
    { mode: 0o700 },
  )
  return { path, remove: () => rmSync(path, { force: true }) }
}

/** What to type, and what it does. */
export function customersInstructions(script: string, doorman: string, flows: string): string {
  const sql = relative(process.cwd(), script)
  const update = (tier: string) =>
    `  ${sql} "UPDATE customers SET tier = ${tier} WHERE phone = '+15559990011'"`
  return `
PostgreSQL holds customers. Doorman copies those with tier = 'gold' into memory once a second; they are VIPs:

${update("'gold'")}
  ${doorman} call --from 5559990011 --to 5557654321
      one line here says that the table has 2 numbers; the call reaches vip-support

${update('NULL')}
  the same call reaches general-support again.  ${sql} "TABLE customers"  shows all of them

The flow files are a copy in ${flows}, with a table "customers" in routing.yaml: edit them there.
`
}
