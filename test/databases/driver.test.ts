import { expect, test } from '@jest/globals'
import { driver } from '../../src/databases/access.js'
import { Databases } from '../../src/databases/databases.js'
import { parseDatabaseUrl } from '../../src/lib/database-url.js'

test('a driver that is not installed is an error that names the command to install it', async () => {
  const name: string = 'no-such-driver'
  const error = await driver(() => import(name), 'pg').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ kind: 'setup', message: expect.stringContaining('npm install pg') })
})

test('a database that is not set, or of another kind, is an error that names its setting', () => {
  const databases = new Databases(new Map([['crm', parseDatabaseUrl('redis://cache')]]))
  expect(() => databases.sql('crn')).toThrow('DOORMAN_DATABASE_CRN is not set; did you mean "crm"?')
  expect(() => databases.sql('crm')).toThrow('DOORMAN_DATABASE_CRM is a Redis')
})
