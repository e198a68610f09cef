import { setMaxListeners } from 'node:events'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { fileURLToPath } from 'node:url'
import { main } from './cli.ts'
import { EXIT, messageOf, RolloutError } from './core/values/errors.ts'
import type { Controller } from './core/journal/event.ts'
import type { Stream } from './core/values/stream.ts'
import type { Shell } from './shell.ts'
import about from '../package.json' with { type: 'json' }

// As many wait for one signal as there are targets: more than ten are no leak.
setMaxListeners(0)
// Whoever types a command can do nothing about how a package inside was written.
process.noDeprecation = true
const stopping = new AbortController()

/** How long a person who asks for an end is left without a word, in milliseconds. */
const PROMPT = 500

function stopOn(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', code: 'interrupted' | 'terminated'): void {
  process.on(signal, () => {
    if (signal === 'SIGHUP' && (stopping.signal.aborted || isLasting)) return
    // Asked twice: the first answer takes too long for the person who asks.
    if (stopping.signal.aborted) leave(EXIT[code])
    const more = (): unknown => process.stderr.write(`! ${signal}: looks after what it has sent, and ends; once more ends it at once\n`)
    setTimeout(more, PROMPT).unref()
    stopping.abort(new RolloutError(code, { message: `stopped by ${signal}`, hint: 'rollout status; any later command goes on from here' }))
  })
}

/** Whether a terminal that closes ends nothing. Where there is none, none has closed: Node undoes what `nohup` has asked for. */
let isLasting = ![0, 1, 2].some((descriptor) => isatty(descriptor))

/** Pipes whose reader has gone. */
const unread = new Set<NodeJS.WriteStream>()

function stream(to: NodeJS.WriteStream): Stream {
  const { env } = process
  const tty = to.isTTY && env['TERM'] !== 'dumb'
  const plain = (env['NO_COLOR'] ?? '') !== ''
  const forced = (env['FORCE_COLOR'] ?? '0') !== '0'
  const write = to.write.bind(to)
  // One that says 0 (`ssh -tt`, `docker run -t` in a job): the line that lives would be cleared for ever.
  const keepSized = (): void => {
    to.columns ||= 80
    to.rows ||= 24
  }
  if (tty) to.on('resize', keepSized)
  if (tty) keepSized()
  return {
    write: (text) => void write(text),
    tty: tty && env['CI'] === undefined,
    ...(tty && { size: () => ({ columns: to.columns, rows: to.rows }) }),
    isUnread: () => unread.has(to),
    color: plain ? 0 : forced ? 1 : tty ? 2 : 0,
  }
}

/** Field 22 of /proc/PID/stat (proc(5)): when the process began, in clock ticks since boot. '' for one that has ended, reaped or not. */
function beganAt(pid: number | 'self'): string {
  const fields = slurp(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? []
  return fields[0] === 'Z' ? '' : (fields[19] ?? '')
}

function slurp(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

/** Returns the folder of this command. Where a deploy has replaced or removed it, the shell's own belief is what was meant. */
function whereTyped(): string {
  try {
    return process.cwd()
  } catch {
    const { PWD = '/' } = process.env
    process.chdir(existsSync(PWD) ? PWD : '/')
    return PWD
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

function userName(): string | undefined {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that has no name.
    return undefined
  }
}

/** How long a controller that was asked to end is waited for, in milliseconds. */
const GRACE = 2000

function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** A pid alone proves nothing: it is compared only within its boot and namespace, and with when the process began. */
function alive({ pid, domain, began }: Controller): boolean | undefined {
  return domain !== self.domain || began === '' ? undefined : beganAt(pid) === began
}

// Linux says which boot this is; elsewhere monotonic clocks and pids compare only within this process.
const bootId = slurp('/proc/sys/kernel/random/boot_id')
const boot = bootId || crypto.randomUUID()
const self: Controller = { host: hostname(), pid: process.pid, domain: `${boot} ${pidNamespace()}`, began: beganAt('self') }
// Looked at last: what reads stdin is a large part of Node.js.
const interactive = process.stderr.isTTY && process.env['CI'] === undefined && process.stdin.isTTY

const shell: Shell = {
  env: process.env,
  cwd: whereTyped(),
  clock: {
    now: () => Date.now(),
    monotonic: () => Number(process.hrtime.bigint() / 1_000_000n),
    domain: boot,
    sleep: async (duration, signal) => {
      try {
        await sleep(duration, undefined, { ...(signal && { signal }) })
      } catch (thrown) {
        throw signal?.aborted ? signal.reason : thrown
      }
    },
    timer: (duration, ring) => {
      const timer = setTimeout(ring, duration)
      timer.unref()
      return () => clearTimeout(timer)
    },
  },
  signal: stopping.signal,
  out: stream(process.stdout),
  err: stream(process.stderr),
  ...(interactive && {
    ask: async (question: string) => {
      // Loaded when somebody is asked: it is the largest part of Node.js that few commands need.
      const { createInterface } = await import('node:readline/promises')
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      // While lines are read the terminal hands over Ctrl-C as a letter; Ctrl-D ends them, and is no answer.
      lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
      const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
      const answered = lines.question(question, { signal: stopping.signal }).catch((thrown: unknown) => {
        if (stopping.signal.aborted) throw stopping.signal.reason
        if (thrown instanceof Error && thrown.name === 'AbortError') return ended
        throw thrown
      })
      try {
        return await Promise.race([answered, ended])
      } finally {
        lines.close()
      }
    },
  }),
  self,
  knowsBoot: bootId !== '',
  user: userName(),
  uid: process.getuid?.(),
  version: about.version,
  packageName: about.name,
  node: process.versions.node,
  home: fileURLToPath(new URL('..', import.meta.url)),
  random: Math.random,
  uuid: () => crypto.randomUUID(),
  outlast: () => {
    isLasting = true
  },
  alive,
  end: async (controller) => {
    if (controller.pid === self.pid && controller.began === self.began) return true
    // A stopped process hears SIGTERM only when it goes on, and then it could still write.
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (alive(controller) !== true || !kill(controller.pid, signal)) break
      for (let waited = 0; waited < GRACE && alive(controller) === true; waited += 20) await sleep(20)
    }
    return alive(controller) === false
  },
}

stopOn('SIGINT', 'interrupted')
stopOn('SIGTERM', 'terminated')
stopOn('SIGHUP', 'terminated')
// What a file of the user's own, or a package of it, prints there (console.log) belongs beside the answer, not into it.
process.stdout.write = process.stderr.write.bind(process.stderr)
// Whatever cannot be printed (a log on a full disk), the work goes on: a rollback must not end in the middle for a line of text.
process.stderr.on('error', () => undefined)
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has gone (`rollout history | head`) is not an error.
  unread.add(process.stdout)
  if (error.code === 'EPIPE') return
  // What was asked for may be done, but nobody has read so.
  process.exitCode ||= EXIT.unreachable
  process.stderr.write(`stdout cannot be written: ${error.message}\n`)
})

// A file of the user's own may throw where nobody waits for it: a rollback must not end in the middle for that. What we throw
// ourselves leaves something undone that would be waited for.
const strays = new Set<string>()
function onStray(thrown: unknown): void {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
  const at = /\n {4}at (.+)/.exec(stack)?.[1]
  const line = `! thrown where nobody waits for it: ${messageOf(thrown)}${at === undefined ? '' : ` (${at})`}\n`
  if (!strays.has(line)) process.stderr.write(line)
  strays.add(line)
  if (['dist', 'src'].some((room) => at?.includes(join(shell.home, room, '/')))) leave(EXIT.bug)
}
process.on('unhandledRejection', onStray)
process.on('uncaughtException', onStray)

// While something is awaited the process stays, whether or not anything can still bring it: deadlines end it, not silence.
const awake = setInterval(() => undefined, 0x7fff_ffff)
let isOver = false
function leave(code: number): never {
  isOver = true
  process.exit(code)
}
process.on('exit', () => {
  if (isOver) return
  process.stderr.write('✗ ended in the middle, by a file that is run here: rollout status says where it stands\n')
  process.exitCode = EXIT.bug
})
// No top-level await: the bundle is CommonJS.
void main(process.argv.slice(2), shell).then((outcome) => {
  isOver = true
  clearInterval(awake)
  process.exitCode = EXIT[outcome] || (process.exitCode ?? 0)
  // What a file of the user's own leaves open (a pool, a timer) keeps no command from its end; what is still to be read does.
  setInterval(() => process.stdout.writableLength || process.exit(), PROMPT).unref()
})
