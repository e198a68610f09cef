import { connect, createServer, type Socket } from 'node:net'

export interface Cut {
  readonly port: number
  /** The next request that holds this text reaches the server, and its answer is lost together with the connection. */
  readonly arm: (marker: string) => void
  /** From here on, or from the request that holds this text, nothing gets through, and nobody is told. */
  readonly freeze: (marker?: string) => void
  /** Every byte that was sent to the server on the newest connection. */
  readonly sent: Buffer
  /** How many answers were lost. */
  readonly lost: number
  readonly close: () => Promise<void>
}

/** A line to a server on loopback that can be cut between its answer and whoever asked. */
export async function openCut(target: number): Promise<Cut> {
  const open = new Set<Socket>()
  let marker: string | undefined
  let lost = 0
  let isFrozen = false
  let frost: string | undefined
  let sent = Buffer.alloc(0)
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    let doomed = false
    sent = Buffer.alloc(0)
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.on('data', (bytes: Buffer) => {
      isFrozen ||= frost !== undefined && bytes.includes(frost)
      if (isFrozen) return
      sent = Buffer.concat([sent, bytes])
      if (marker !== undefined && bytes.includes(marker)) {
        marker = undefined
        doomed = true
      }
      far.write(bytes)
    })
    far.on('data', (bytes: Buffer) => {
      if (isFrozen) return
      if (!doomed) return void near.write(bytes)
      lost += 1
      near.destroy()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    arm: (text) => {
      marker = text
    },
    freeze: (text) => {
      isFrozen = text === undefined
      frost = text
    },
    get sent() {
      return sent
    },
    get lost() {
      return lost
    },
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}
