import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { LIMITS } from './limits.ts'

/**
 * Waits until `look` returns something other than `false` or `undefined`, and returns that. `what` is what is waited for,
 * in words: the error names it, what was thrown last, and what `said` has to say (the output of a program, for example).
 */
export async function until<Seen>(
  what: string,
  look: () => Seen | undefined | false | Promise<Seen | undefined | false>,
  { every = 20, limit = LIMITS.wait, said = () => '' }: { every?: number; limit?: number; said?: () => string } = {},
): Promise<Seen> {
  const end = performance.now() + limit
  let thrown: unknown
  do {
    try {
      const seen = await look()
      if (seen !== undefined && seen !== false) return seen
      thrown = undefined
    } catch (error) {
      thrown = error
    }
    await sleep(every)
  } while (performance.now() < end)
  const why = [thrown instanceof Error ? thrown.message : '', said()].filter((text) => text !== '').join('\n')
  throw new Error(`waited ${limit / 1000} s in vain until ${what}${why === '' ? '' : `:\n${why}`}`)
}

interface Started {
  readonly said: () => string
  readonly close?: () => Promise<void>
}

/** Waits until a server that was just started answers. Where it ends instead, or never answers, the error has what it printed. */
export async function ready(
  program: string,
  child: ChildProcess,
  answers: () => boolean | Promise<boolean>,
  { said, close = async () => undefined }: Started,
): Promise<void> {
  try {
    const seen = await until(`${program} is ready`, async () => (child.exitCode === null ? answers() : 'ended'), { every: 50, said })
    if (seen === 'ended') throw new Error(`${program} ended with ${child.exitCode}:\n${said()}`)
  } catch (thrown) {
    await close()
    throw thrown
  }
}
