import { describe, expect, jest, test } from '@jest/globals'
import { Leavings } from '../../src/asterisk/ari/leavings.js'

describe('waiting for channels to leave', () => {
  test('ends when the channel leaves', async () => {
    const leavings = new Leavings()
    const waiting = leavings.wait('1.1', 5_000)
    leavings.left('1.1')
    expect(await waiting).toBe(true)
  })

  test('takes one timer for all, and none anew where the first is early enough', async () => {
    const leavings = new Leavings()
    const timers = jest.spyOn(globalThis, 'setTimeout')
    const waiting = Array.from({ length: 100 }, (_, at) => leavings.wait(`1.${at}`, 500))
    for (let at = 0; at < 100; at++) leavings.left(`1.${at}`)
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => true))
    expect(timers).toHaveBeenCalledTimes(1)
    timers.mockRestore()
  })

  test('ends when its time is up, each at its own, the one that began last perhaps first', async () => {
    const leavings = new Leavings()
    const over: string[] = []
    const wait = async (id: string, ms: number) => {
      over.push(`${id} ${await leavings.wait(id, ms)}`)
    }
    const start = performance.now()
    const all = [wait('late', 150), wait('early', 50), wait('between', 100), wait('left', 120)]
    leavings.left('left')
    await Promise.all(all)
    expect(over).toEqual(['left true', 'early false', 'between false', 'late false'])
    expect(performance.now() - start).toBeGreaterThanOrEqual(150)
  })

  test('begins anew for a channel whose time was up, and after all had left', async () => {
    const leavings = new Leavings()
    expect(await leavings.wait('1.1', 20)).toBe(false)
    const [again, other] = [leavings.wait('1.1', 5_000), leavings.wait('1.2', 20)]
    leavings.left('1.1')
    expect([await again, await other]).toEqual([true, false])
  })

  test('keeps the process alive while somebody waits, and no longer', () => {
    const leavings = new Leavings()
    const timers = jest.spyOn(globalThis, 'setTimeout')
    void leavings.wait('1.1', 500)
    const timer = timers.mock.results[0]?.value as NodeJS.Timeout
    const isKept = [timer.hasRef()]
    leavings.left('1.1')
    isKept.push(timer.hasRef())
    void leavings.wait('1.2', 500)
    isKept.push(timer.hasRef())
    leavings.left('1.2')
    expect(isKept).toEqual([true, false, true])
    timers.mockRestore()
  })

  test('hears nothing of a channel that nobody waits for', () => {
    expect(() => new Leavings().left('1.1')).not.toThrow()
  })
})
