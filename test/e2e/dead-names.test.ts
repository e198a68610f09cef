import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, describe, expect, test } from 'vitest'
import { launch } from '../helpers/launch.ts'
import { LIMITS } from '../helpers/limits.ts'
import { CAN_MOUNT } from '../helpers/mount.ts'
import { place } from './binary.ts'

/* The system looks names up in threads, of which there are few, and one that no name server answers for keeps its thread. */

const DEAD = ['d1', 'd2', 'd3', 'd4', 'd5', 'd6']
/** Of the loopback network, and not where a machine's own name server is. */
const MUTE = '127.0.77.53'

const words = new Map<string, string>()
const server = createServer((request, response) => {
  const [, name = ''] = (request.url ?? '').split('/')
  request.on('data', (bytes: Buffer) => words.set(name, bytes.toString()))
  request.on('end', () => response.end(words.get(name) ?? '{"value":"false"}'))
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
const port = typeof address === 'object' && address ? address.port : 0

/** A name server that never says a word; undefined where this user may not be one. */
const mute = await new Promise<ReturnType<typeof createSocket> | undefined>((resolve) => {
  const socket = createSocket('udp4')
  socket.once('error', () => resolve(undefined))
  socket.bind(53, MUTE, () => resolve(socket))
})
afterAll(() => {
  mute?.close()
  server.close()
})

const target = (name: string): string =>
  `  ${name}: { use: http, url: "http://${name}.example:${port}/${name}", body: { value: "{{value}}" }, get: { url: "http://${name}.example:${port}/${name}", path: value }, fenced: false, timeout: 2s }\n`
const ALL = [...DEAD, 'alive']
const PLAN = `version: 1
name: shop
toggles: { FEATURE_X: { targets: [${ALL.join(', ')}] } }
targets:
${ALL.map(target).join('')}phases: [{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 0s }]
`
const hosts = (names: readonly string[]): string => `127.0.0.1 localhost ${names.map((name) => `${name}.example`).join(' ')}\n`

describe.runIf(CAN_MOUNT && mute !== undefined)('six targets whose names nobody answers for', () => {
  test('keep no other one from being taken back', async () => {
    const at = place({
      'rollout.yaml': PLAN,
      'resolv.conf': `nameserver ${MUTE}\n`,
      before: hosts(ALL),
      after: hosts(['alive']),
    })
    const type = async (known: 'before' | 'after', ...argv: readonly string[]) => {
      const script = `mount --bind ${known} /etc/hosts && mount --bind resolv.conf /etc/resolv.conf && exec "$@"`
      return launch(at.folder, argv, { through: ['unshare', '--mount', 'sh', '-c', script, 'sh'], timeout: LIMITS.wait }).ended
    }
    expect(await type('before', 'start')).toMatchObject({ code: 0 })
    expect(await type('before', 'advance')).toMatchObject({ code: 0 })
    expect([...words.keys()].toSorted()).toEqual(ALL.toSorted())
    const { code, out } = await type('after', 'rollback')
    expect(code, out).toBe(10)
    expect(out).toMatch(/^ {2}alive ✓$/m)
    expect(words.get('alive')).toBe('{"value":"false"}')
    for (const name of DEAD) expect(out).toContain(`✗ ${name}: http://${name}.example:${port}/${name} did not answer`)
  })
})
