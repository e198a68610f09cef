import { createServer } from 'node:net'

const given = new Set<number>()

/** Below the ephemeral ports, from which a client that retries can connect to itself and take the server's. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (given.has(port)) continue
    const server = createServer()
    const isFree = await new Promise<boolean>((done) => {
      server.once('error', () => done(false))
      server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
    })
    if (!isFree) continue
    given.add(port)
    return port
  }
}
