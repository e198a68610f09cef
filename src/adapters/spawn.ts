import { RolloutError } from '../core/values/errors.ts'
import { formatDuration, type Duration } from '../core/values/units.ts'
import { REAL, withDeadline } from './deadline.ts'
import { onceRoomFor } from './descriptors.ts'
import { plain } from './plain.ts'

export { plain } from './plain.ts'

/** The variables that every command may see; any other must be named. */
const PASSED = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR']
/** Two for each of stdin, stdout and stderr, and two by which the system says whether it could be begun. */
const DESCRIPTORS = 8
/** What a command has said before it ended has arrived by then, whoever keeps its output. */
const LAST_WORDS: Duration = 100
/** As much of a command's complaint as fits into a message: lines, characters. */
const LAST = { lines: 3, characters: 300 }

export interface SpawnOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Names of further variables the command may see. */
  readonly pass?: readonly string[]
  readonly timeout?: Duration
  /** Standard input; secrets travel here, never in arguments. Nothing to read when absent. */
  readonly input?: string
  /** Limit of stdout and of stderr, each. */
  readonly maxBytes?: number
}

/**
 * Runs a command without a shell for what it prints, and waits until its output ends. Throws `unreachable` with its exit
 * code and last words, `timeout` at the deadline (10 s unless told), `denied` when it is not executable, and the signal's
 * reason when that ends first. Its whole process group is killed then: a grandchild that keeps stdout open outlives a kill of
 * the command alone, and we would wait for it.
 */
export async function spawn(
  argv: readonly [string, ...string[]],
  options: SpawnOptions,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { stdout, stderr } = await run(argv, options, 'output')
  return { stdout: stdout ?? '', stderr }
}

/**
 * Runs a command without a shell for what it does, and waits until it has ended: an application that it has started lives on,
 * whatever it keeps open. What it prints is let go. Throws as `spawn` does, and kills only a command that has not ended.
 */
export async function perform(argv: readonly [string, ...string[]], options: SpawnOptions): Promise<void> {
  await run(argv, options, 'exit')
}

async function run([file, ...args]: readonly [string, ...string[]], options: SpawnOptions, awaited: 'output' | 'exit') {
  const { cwd, env, pass = [], timeout = 10_000, input, maxBytes = 1 << 20 } = options
  // Loaded with the first command: most targets and metrics run none.
  const { execa } = await import('execa')
  options.signal.throwIfAborted()
  const begin = () =>
    execa(file, args, {
      cwd,
      env: Object.fromEntries([...PASSED, ...pass].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
      extendEnv: false,
      detached: true,
      maxBuffer: maxBytes,
      stripFinalNewline: false,
      reject: false,
      // NODE_DEBUG=execa would print every argument.
      verbose: 'none',
      stdout: awaited === 'exit' ? 'ignore' : 'pipe',
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
    })
  const soon = async (signal: AbortSignal) => onceRoomFor(DESCRIPTORS, signal, begin)
  const { begun: child } = await withDeadline(REAL, timeout, options.signal, soon, () => crowded(file, timeout))
  let hasEnded = false
  child.once('exit', () => {
    hasEnded = true
    if (awaited === 'exit') REAL.timer(LAST_WORDS, () => child.stderr.destroy())
  })
  const end = (): void => {
    if (!hasEnded || awaited === 'output') endGroup(child.pid)
    // A process that left the group may still hold the other end.
    child.stdout?.destroy()
    child.stderr.destroy()
  }
  const finish = async (signal: AbortSignal) => {
    signal.addEventListener('abort', end)
    return child
  }
  // By the deadline and not by what it returned: it may have ended well while somebody it started held on to its output.
  const result = await withDeadline(REAL, timeout, options.signal, finish, () => late(file, timeout, hasEnded))
  if (result.isMaxBuffer) {
    endGroup(child.pid)
    throw new RolloutError('unreachable', { message: `${file} printed more than ${maxBytes} bytes and was ended` })
  }
  if (result.failed) throw failed(file, result)
  return result
}

/** A negative pid means the group, kill(2); `detached` made the command its leader. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Everybody has left already.
  }
}

function late(file: string, timeout: Duration, hasEnded: boolean): RolloutError {
  const within = formatDuration(timeout)
  if (!hasEnded)
    return new RolloutError('timeout', { message: `${file} did not finish within ${within} and was ended`, hint: 'timeout: allows more' })
  const message = `${file} has ended, but what it started held its output for ${within}`
  return new RolloutError('timeout', { message, hint: 'redirect it: >/dev/null 2>&1' })
}

function crowded(file: string, timeout: Duration): RolloutError {
  const message = `${file} could not be begun within ${formatDuration(timeout)}: too many files are open`
  return new RolloutError('unreachable', { message, hint: 'ulimit -n says how many this process may open' })
}

interface Failure {
  readonly code?: string | undefined
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  readonly stderr?: string | undefined
}

function failed(file: string, { code, exitCode, signal, stderr = '' }: Failure): RolloutError {
  if (code === 'ENOENT')
    return new RolloutError('unreachable', { message: `${file} was not found`, hint: 'a path relative to the plan begins with ./' })
  if (code === 'EACCES') return new RolloutError('denied', { message: `${file} is not executable`, hint: `chmod +x ${file}` })
  const how = exitCode === undefined ? `was ended by ${signal ?? code ?? 'an error'}` : `exited with ${exitCode}`
  const words = plain(stderr).trim().split('\n').slice(-LAST.lines).join(' | ').slice(-LAST.characters)
  const hint = `of the environment it sees ${PASSED.join(', ')}, and what pass: names`
  return new RolloutError('unreachable', {
    message: `${file} ${how}${words === '' ? '' : `: ${words}`}`,
    ...(exitCode !== undefined && { hint }),
  })
}
