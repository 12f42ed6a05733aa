import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { deadPort, TcpPeer } from '../asterisk/tcp-peer.js'
import { projectFolder } from '../flows/project-folder.js'
import { inFolder, routing } from '../flows/temp-folder.js'
import { recordCalls, recordedCalls } from '../history/calls.js'
import { inDataFolder } from '../store/open-store.js'
import { until } from '../support/until.js'
import { type Env, RunningCommand } from './command.js'

const PASSWORDS = { DOORMAN_ARI_PASSWORD: 'hunter22', DOORMAN_AMI_SECRET: 'hunter23' }

function running(env: Env): RunningCommand {
  return new RunningCommand(['run', '--flows', projectFolder('flows')], { ...PASSWORDS, ...env })
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('doorman run without a PBX', () => {
  test('logs in JSON alone which revision decides and, once for ARI and once for AMI, that it keeps trying; exits with 0 on SIGTERM', async () => {
    const ari = await deadPort()
    const ami = await deadPort()
    const command = running({ DOORMAN_ARI_URL: `http://127.0.0.1:${ari}`, DOORMAN_AMI_PORT: String(ami) })
    await command.heard('connection_down', 2)
    await pause(1_000)
    command.child.kill('SIGTERM')
    const { exit, err } = await command.ending()
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    const down = command.lines.filter(({ event }) => event === 'connection_down')
    expect(down).toHaveLength(2)
    const [ofAri, ofAmi] = ['ARI', 'AMI'].map(
      (line) => down.find((each) => each.connection === line)?.message,
    )
    expect(ofAri).toMatch(
      `ARI at http://127.0.0.1:${ari} did not answer (ECONNREFUSED). Check that Asterisk runs`,
    )
    expect(ofAmi).toMatch(`AMI at 127.0.0.1:${ami}: connect ECONNREFUSED`)
    expect(`${ofAri} ${ofAmi}`).toMatch(/DOORMAN_ARI_URL.*DOORMAN_AMI_HOST/)
    expect(command.out).not.toMatch(/hunter2/)
    const revision = expect.stringMatching(/^[0-9a-f]{12}$/)
    expect(command.lines[0]).toMatchObject({ level: 'info', event: 'revision', revision })
  })

  test('logs one readable line for each event with --log-format text', async () => {
    const ports = {
      DOORMAN_ARI_URL: `http://127.0.0.1:${await deadPort()}`,
      DOORMAN_AMI_PORT: `${await deadPort()}`,
    }
    const args = ['run', '--log-format', 'text', '--flows', projectFolder('flows')]
    const command = new RunningCommand(args, { ...PASSWORDS, ...ports })
    await until(() => command.out.split('Doorman keeps trying').length === 3)
    command.child.kill('SIGTERM')
    const { exit, out, err } = await command.ending()
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    const lines = out.trimEnd().split('\n')
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (Warning: )?[A-Z]/)
    expect(lines[0]).toMatch(/ Revision .* decides\.$/)
  })

  test('exits within seconds while a reload replays recorded calls for longer', () =>
    inFolder(
      {
        ...routing('rules: [{ run: slow.ts }]'),
        'slow.ts':
          'export default () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300) }',
      },
      (flows) =>
        inDataFolder(async (data) => {
          await recordCalls(data, recordedCalls(500))
          const command = new RunningCommand(['run', '--flows', flows], {
            ...PASSWORDS,
            DOORMAN_DATA: data,
            DOORMAN_ARI_URL: `http://127.0.0.1:${await deadPort()}`,
            DOORMAN_AMI_PORT: `${await deadPort()}`,
            DOORMAN_FUNCTION_DEADLINE_MS: '500',
            DOORMAN_MAX_CHANGE: '50%',
          })
          await command.heard('connection_down', 2)
          await appendFile(join(flows, 'routing.yaml'), '# changed\n')
          command.child.kill('SIGHUP')
          await pause(3_000)
          command.child.kill('SIGTERM')
          const start = performance.now()
          expect(await command.ending(60_000)).toMatchObject({ exit: 0, err: '' })
          expect(command.lines.filter(({ event }) => event === 'reload')).toEqual([])
          expect(performance.now() - start).toBeLessThan(6_000)
        }),
    ))

  test('exits with 0 on SIGINT, too, while both peers are silent', async () => {
    const peer = await TcpPeer.open((socket) => socket.resume())
    try {
      const command = running({
        DOORMAN_ARI_URL: `http://127.0.0.1:${peer.port}`,
        DOORMAN_AMI_PORT: String(peer.port),
      })
      await command.heard('connection_down', 2)
      command.child.kill('SIGINT')
      expect(await command.ending()).toMatchObject({ exit: 0, err: '' })
    } finally {
      await peer.close()
    }
  })
})
