import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { Gate } from '../../src/asterisk/ari/gate.js'

function held() {
  let release: () => void = () => undefined
  const work = new Promise<void>((resolve) => {
    release = resolve
  })
  return { work, release: () => release() }
}

describe('the gate', () => {
  test('lets so many through, and then the one that came last, since those before it are about to give up', async () => {
    const gate = new Gate(1)
    const first = held()
    const sent: string[] = []
    const one = gate.pass('one', 1_000, () => first.work)
    const two = gate.pass('two', 1_000, async () => void sent.push('two'))
    const three = gate.pass('three', 1_000, async () => void sent.push('three'))
    await sleep(5)
    expect(sent).toEqual([])
    first.release()
    await Promise.all([one, two, three])
    expect(sent).toEqual(['three', 'two'])
  })

  test('never sends a request that has waited for its whole time', async () => {
    const gate = new Gate(1)
    const first = held()
    void gate.pass('one', 1_000, () => first.work)
    let wasSent = false
    const late = gate.pass('two', 10, async () => {
      wasSent = true
    })
    await expect(late).rejects.toMatchObject({ fault: 'unreachable' })
    first.release()
    await sleep(5)
    expect(wasSent).toBe(false)
  })

  test('is left also by a request that fails', async () => {
    const gate = new Gate(1)
    await expect(gate.pass('one', 10, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await expect(gate.pass('two', 10, async () => 'in')).resolves.toBe('in')
  })
})
