import { expect, test } from '@jest/globals'
import { driver } from '../../src/databases/access.js'
import { Databases } from '../../src/databases/databases.js'
import { parseDatabaseUrl } from '../../src/lib/database-url.js'

test('a driver that is not installed is an error that names the command to install it', async () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
  const error = await driver(() => Promise.reject(missing), 'pg').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ kind: 'setup', message: expect.stringContaining('npm install pg') })
})

test('a database that is not set, or of another kind, is an error that names its setting', () => {
  const databases = new Databases(new Map([['crm', parseDatabaseUrl('redis://cache')]]))
  expect(() => databases.sql('crn')).toThrow('DOORMAN_DATABASE_CRN is not set; did you mean "crm"?')
  expect(() => databases.sql('crm')).toThrow('DOORMAN_DATABASE_CRM is a Redis')
})
