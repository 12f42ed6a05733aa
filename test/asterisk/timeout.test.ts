import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { PbxError } from '../../src/asterisk/pbx.js'
import { within } from '../../src/lib/timeout.js'

const never = new Promise<never>(() => undefined)

describe('a request with a time limit', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  test('gives its result and leaves no timer', async () => {
    await expect(within(100, 'ARI read', Promise.resolve('text'))).resolves.toBe('text')
    expect(jest.getTimerCount()).toBe(0)
  })

  test('fails as the request fails, and leaves no timer', async () => {
    await expect(within(100, 'ARI read', Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(jest.getTimerCount()).toBe(0)
  })

  test('is unreachable when the request says nothing', async () => {
    const failure = within(100, 'ARI read', never).catch((error: unknown) => error)
    await jest.advanceTimersByTimeAsync(100)
    expect(await failure).toEqual(new PbxError('unreachable', 'ARI read: no answer within 100 ms'))
    expect(await failure).toMatchObject({ fault: 'unreachable' })
  })

  test('hears nothing more of a request that fails after its time', async () => {
    const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('too late')), 200))
    const failure = within(100, 'ARI read', late).catch((error: PbxError) => error.fault)
    await jest.advanceTimersByTimeAsync(300)
    expect(await failure).toBe('unreachable')
  })
})
