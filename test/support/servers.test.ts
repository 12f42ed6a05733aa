import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { Kamailio } from './kamailio.js'
import { NatsServer } from './nats-server.js'
import { serverFolder } from './private-server.js'

async function infoOf({ port }: NatsServer): Promise<Record<string, unknown>> {
  const socket = connect(port, '127.0.0.1')
  const [line] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return JSON.parse(line.toString().replace(/^INFO /, '')) as Record<string, unknown>
}

test('a NATS server has JetStream, and comes back on its port after it was killed', async () => {
  const server = await NatsServer.start()
  try {
    expect(await infoOf(server)).toMatchObject({ version: '2.9.10', jetstream: true })
    await server.kill9()
    await expect(infoOf(server)).rejects.toThrow('ECONNREFUSED')
    await server.start()
    expect(await infoOf(server)).toMatchObject({ port: server.port })
  } finally {
    await server.stop()
  }
})

test('a Kamailio serves the configuration it is given, and says what is wrong with one that it refuses', async () => {
  const folder = serverFolder('kamailio-test')
  const config = join(folder, 'kamailio.cfg')
  const head = '#!KAMAILIO\nlisten=LISTEN\nloadmodule "sl.so"\n'
  writeFileSync(config, `${head}request_route { sl_send_reply("200", "OK"); }\n`)
  const server = await Kamailio.start({ config, destinations: [] })
  await server.stop()
  writeFileSync(config, `${head}request_route { no_such_function(); }\n`)
  await expect(Kamailio.start({ config, destinations: [] })).rejects.toThrow('no_such_function')
  rmSync(folder, { recursive: true })
})
