import { connect, createServer, type Socket } from 'node:net'
import { freePort } from './port.ts'

/** A line to a server on loopback that goes half-open: nothing gets through, and nobody is told. */
export interface Line {
  readonly port: number
  /** Lets so many more bytes through, of both directions together. */
  readonly swallowAfter: (bytes: number) => void
  readonly isSwallowing: () => boolean
  /** From here on new connections get through. Those that were open are reset, or stay silent for ever. */
  readonly recover: (how: 'reset' | 'silent') => void
  readonly close: () => Promise<void>
}

/** Opens a line to a server on loopback. */
export async function openLine(target: number): Promise<Line> {
  const open = new Set<Socket>()
  const dead = new Set<Socket>()
  let left = Infinity
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    open.add(near)
    if (left === 0) dead.add(near)
    for (const socket of [near, far]) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(near)
        dead.delete(near)
        near.destroy()
        far.destroy()
      })
    }
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes: Buffer) => {
        if (dead.has(near)) return
        const through = bytes.subarray(0, left)
        left -= through.length
        if (through.length > 0) to.write(through)
        // The connection that was cut in the middle is lost with all others that are open.
        if (left === 0) for (const each of open) dead.add(each)
      })
    }
  })
  const port = await freePort()
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return {
    port,
    swallowAfter: (bytes) => {
      left = bytes
    },
    isSwallowing: () => left === 0,
    recover: (how) => {
      left = Infinity
      if (how === 'reset') for (const each of dead) each.resetAndDestroy()
    },
    close: async () => {
      for (const each of open) each.destroy()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}
