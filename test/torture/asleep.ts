import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Running } from '../helpers/launch.ts'

/** Resolves once strace has written into its log that it has stopped (true), or it has ended. */
export async function sleeps({ ended }: Running, log: string): Promise<boolean> {
  const isOver = watch(ended)
  while (!isOver()) {
    if (existsSync(log) && readFileSync(log, 'utf8').includes('stopped by SIGSTOP')) return true
    await sleep(20)
  }
  return false
}

/** Stops it after so many milliseconds and resolves when it is stopped, or has ended. */
export async function stopAt(running: Running, after: number): Promise<void> {
  const isOver = watch(running.ended)
  await Promise.race([sleep(after), running.ended])
  while (!isOver()) {
    signal(running, 'SIGSTOP')
    await sleep(20)
    // A traced one is stopped in the hands of its tracer, which shows as `t`.
    if (/^[Tt]$/.test(letterOf(running.pid))) return
  }
}

/** Whether it is settled by now. */
export function watch(work: Promise<unknown>): () => boolean {
  let isOver = false
  void work.finally(() => (isOver = true))
  return () => isOver
}

/** Lets it go on, if it is still there. */
export function wake(running: Running): void {
  signal(running, 'SIGCONT')
}

function signal({ pid }: Running, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended.
  }
}

/** One letter for what a process does, by proc(5); '' for one that is gone. */
function letterOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0] ?? ''
  } catch {
    return ''
  }
}
