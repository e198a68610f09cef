import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Site } from './site.ts'

/** Everything that can change a file, or make a change durable. `?`: not every architecture has all of them. */
const CALLS =
  'open,openat,creat,write,pwrite64,writev,fsync,fdatasync,link,linkat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,ftruncate,fchmod,fchmodat,fchown,fchownat,close'
const TRACED = CALLS.split(',')
  .map((name) => `?${name}`)
  .join(',')

const tried = spawnSync('strace', ['-f', '-o', '/dev/null', 'true'])
/** What is absent for tracing: the program, or the right. */
export const LACKS_TRACE = tried.error ? 'strace' : tried.status === 0 ? undefined : 'the right to trace'

/** A place to strike: the nth call of that name that the main thread makes. */
export interface Point {
  readonly call: string
  readonly nth: number
  /** What it works on, with the site's folder and random names left out. */
  readonly on: string
  /** The how manieth call of that name on that. */
  readonly time: number
  /** It changes something, or prints; the others only look. */
  readonly changes: boolean
}

/** For a message, and to find it again. */
export function nameOf({ call, on, time }: Point): string {
  return `${call} ${on} (${time})`
}

/**
 * Every call of a command on its site's own files, and every line it prints, in order. strace counts each call by
 * itself and for each thread by itself; Node.js makes all of these in its main thread as long as nobody uses the
 * thread pool for files, and that is what this makes sure of.
 */
export async function pointsOf(site: Site, argv: readonly string[]): Promise<readonly Point[]> {
  const [one, two] = [site.copy(), site.copy()]
  const traces = mkdtempSync(join(tmpdir(), 'rollout-strace-'))
  try {
    const trace = async (at: Site, ...how: readonly string[]) =>
      at.run(argv, { through: ['strace', ...how, '-y', '-e', `trace=execve,${TRACED}`] })
    await trace(one, '-ff', '-o', join(traces, 'of'))
    const threads = readdirSync(traces).map((name) => readFileSync(join(traces, name), 'utf8'))
    const main = threads.find((text) => text.startsWith(`execve("${process.execPath}"`))
    if (main === undefined) throw new Error('strace did not see Node.js begin')
    const others = threads.filter((text) => text !== main).flatMap((text) => parse(text, one.folder))
    const other = others.find(({ changes, on }) => changes && on !== 'stdout')
    if (other) throw new Error(`another thread changes files as well, ${nameOf(other)}: strikes at the main one would miss it`)
    // Followed into other threads, the main one makes a few calls more or less: they are counted as they will be struck.
    await trace(two, '-o', join(traces, 'main'))
    return parse(readFileSync(join(traces, 'main'), 'utf8'), two.folder)
  } finally {
    for (const folder of [traces, one.folder, two.folder]) rmSync(folder, { recursive: true, force: true })
  }
}

/** A program to start the binary through, so that this happens as it comes to the point. `log` tells what was hit. */
export function strike({ call, nth }: Point, what: string, log: string, ...more: readonly string[]): readonly string[] {
  return ['strace', ...more, '-o', log, '-y', '-e', `trace=${call}`, '-e', `inject=${call}:${what}:when=${nth}`]
}

/** What a strike at a point came to. */
export interface Struck {
  /** The how manieth call of its name the point was this time; undefined: the command did not come to it. */
  readonly was: number | undefined
  readonly wrong: readonly string[]
}

/** What comes before the point makes some calls more or less from time to time. */
const ATTEMPTS = 12

/** Strikes at a point until it was hit, or something is wrong: each miss tells where it was. */
export async function untilHit(
  point: Point,
  once: (point: Point) => Promise<Struck>,
): Promise<{ isHit: boolean; wrong: readonly string[] }> {
  let { nth } = point
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { was, wrong } = await once({ ...point, nth })
    if (was === nth || wrong.length > 0) return { isHit: was === nth, wrong }
    // Struck before it came so far, it was a little later.
    nth = was ?? nth + 1
  }
  return { isHit: false, wrong: [] }
}

/** The how manieth call of its name a point was in that log, which is not the same each time; undefined: it did not come to it. */
export function whereIs(point: Point, log: string, site: Site): number | undefined {
  return parse(readFileSync(log, 'utf8'), site.folder).find(({ on, time }) => on === point.on && time === point.time)?.nth
}

function parse(trace: string, folder: string): readonly Point[] {
  const counts = new Map<string, number>()
  const count = (what: string): number => {
    const so = (counts.get(what) ?? 0) + 1
    counts.set(what, so)
    return so
  }
  return trace.split('\n').flatMap((line) => {
    const [, call, args] = /^(\w+)\((.*)/.exec(line) ?? []
    if (call === undefined || args === undefined || call === 'execve') return []
    const nth = count(call)
    const isPrint = call === 'write' && args.startsWith('1<')
    // The working directory is part of every path that is relative to it, and every path here is absolute.
    const own = /^AT_FDCWD(?:<[^>]*>)?, (.*)/.exec(args)?.[1] ?? args
    const at = own.indexOf(folder)
    if (!isPrint && at === -1) return []
    const path = isPrint
      ? 'stdout'
      : own
          .slice(at + folder.length)
          .replace(/[">].*/, '')
          .replaceAll(/[0-9a-f-]{36}/g, '*')
    const looks = call === 'close' ? !path.endsWith('.tmp') : call.startsWith('open') && !/O_(?:WRONLY|RDWR|CREAT)/.test(own)
    const on = path || 'the folder'
    return [{ call, nth, on, time: count(`${call} ${on}`), changes: isPrint || !looks }]
  })
}
