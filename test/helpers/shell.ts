import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { main } from '../../src/cli.ts'
import { readOptions } from '../../src/commands/read-options.ts'
import { GLOBAL } from '../../src/commands/table.ts'
import { openSession } from '../../src/session/open-session.ts'
import type { Session } from '../../src/session/session.ts'
import type { Outcome } from '../../src/core/values/errors.ts'
import { REAL } from '../../src/adapters/deadline.ts'
import type { Clock } from '../../src/core/ports.ts'
import type { Shell } from '../../src/shell.ts'
import { ownFolder } from './folder.ts'

/** A shell in a folder of its own. What it prints is collected; its clock is the machine's unless another is given. */
export interface FakeShell extends Shell {
  readonly printed: { out: string; err: string }
  /** Runs one command line as `rollout …` would. Clears what was printed before. */
  readonly run: (...argv: readonly string[]) => Promise<Outcome>
  /** The value `--json` printed, taken for what the caller expects it to be. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a test names the type it goes on to assert
  readonly json: <Value>() => Value
  /** Writes a file below the folder and returns its path. */
  readonly write: (path: string, text: string | Uint8Array) => string
}

export function fakeShell(given: Partial<Shell> & { readonly files?: Readonly<Record<string, string>> } = {}): FakeShell {
  const { files = {}, ...rest } = given
  const printed = { out: '', err: '' }
  const stream = (to: 'out' | 'err') => ({
    write: (text: string) => void (printed[to] += text),
    tty: false,
    color: 0 as const,
  })
  const cwd = rest.cwd ?? ownFolder('rollout-shell-')
  const shell: FakeShell = {
    env: { PATH: process.env['PATH'] },
    cwd,
    clock: realClock(),
    signal: new AbortController().signal,
    out: stream('out'),
    err: stream('err'),
    self: { host: 'here', pid: 4242, domain: 'boot ns', began: '1' },
    knowsBoot: true,
    user: 'ana',
    uid: process.getuid?.(),
    version: 'test',
    packageName: 'test-package',
    node: '20.19.0',
    home: cwd,
    random: () => 0.5,
    uuid: randomUUID,
    outlast: () => undefined,
    alive: () => undefined,
    end: async () => false,
    ...rest,
    printed,
    run: async (...argv) => {
      Object.assign(printed, { out: '', err: '' })
      const outcome = await main(argv, shell)
      // No test expects one, and what it says is better than "expected bug to be done".
      if (outcome === 'bug') throw new Error(printed.err)
      return outcome
    },
    json: () => JSON.parse(printed.out),
    write: (path, text) => {
      const file = join(cwd, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
      return file
    },
  }
  for (const [path, text] of Object.entries(files)) shell.write(path, text)
  return shell
}

export function realClock(): Clock {
  return {
    domain: 'boot',
    now: () => Date.now(),
    monotonic: () => Math.round(performance.now()),
    sleep: async (duration, signal) => {
      try {
        await sleep(duration, undefined, { ...(signal && { signal }) })
      } catch (thrown) {
        throw signal?.aborted ? signal.reason : thrown
      }
    },
    timer: REAL.timer,
  }
}

/** An HTTP server on loopback that ends with the test file; returns its base URL. */
export async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  server.unref()
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

/** An application whose counters grow with every scrape. */
export async function shop(traffic: { requests: number; errors: number }): Promise<string> {
  let [total, bad] = [1000, 0]
  return serve((_, response) => {
    total += traffic.requests
    bad += traffic.errors
    response.end(`http_requests_total{status="200"} ${total - bad}\nhttp_requests_total{status="500"} ${bad}\n`)
  })
}

/** A session in this shell, as a verb gets it when these flags were typed. */
export function sessionOf(shell: Shell, typed: Readonly<Record<string, string | boolean>> = {}): Session {
  return openSession(shell, readOptions(GLOBAL, typed))
}
