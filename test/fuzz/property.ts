import { createHash } from 'node:crypto'
import * as fc from 'fast-check'

export const AREAS = ['plan', 'env', 'words', 'metrics', 'journal'] as const
export type Area = (typeof AREAS)[number]

/** What breaks a property: the smallest input that was found, as JSON. */
export interface Broken {
  readonly property: string
  readonly seed: number
  readonly input: string
  readonly error: string
}

/** Label → how often a check ended so. */
export type Ends = { readonly [end: string]: number }

/** Something that holds for every input. One definition, for the short form and the long one. */
export interface Property {
  readonly area: Area
  readonly name: string
  /** Ends that a run must see: where one is missing, the other side was never tried. */
  readonly ends: readonly string[]
  /** The short form; throws the smallest input that breaks it. */
  hold(): Promise<Ends>
  /** Tries inputs until the time (of `performance.now`) has come, or one breaks it. */
  hunt(seed: number, until: number): Promise<{ readonly runs: number; readonly ends: Ends; readonly broken?: Broken }>
  /** One input that was kept, as JSON. */
  replay(input: string): Promise<void>
}

export interface Parts<Input> {
  readonly area: Area
  readonly name: string
  readonly ends: readonly string[]
  /** Runs of the short form. */
  readonly runs: number
  /** Inputs are plain JSON, so that they can be kept. */
  readonly inputs: fc.Arbitrary<Input>
  /** Inputs that are tried one after another before any other; the short form tries a part of them, spread over all. */
  readonly every?: () => Promise<readonly Input[]>
  /** Throws where the property is broken; returns how it ended. */
  readonly check: (input: Input) => string | Promise<string>
}

/** One check that takes longer hangs, as far as anybody who waits can tell. */
const LONGEST = 15_000
const CHUNK = 200
/** The short form tries the same inputs every time: what it guards is the code. Finding new ones is for the long form. */
const SEED = 2026

export function property<Input>({ area, name, ends, runs, inputs, every, check }: Parts<Input>): Property {
  const counted = (found: Record<string, number>) => async (input: Input) => {
    const end = await check(input)
    found[end] = (found[end] ?? 0) + 1
  }
  let next = 0
  return {
    area,
    name,
    ends,
    hold: async () => {
      const found: Record<string, number> = {}
      const all = (await every?.()) ?? []
      const stride = Math.max(1, Math.ceil(all.length / runs))
      for (const input of all.filter((_, nth) => nth % stride === 0)) await counted(found)(input)
      await fc.assert(fc.asyncProperty(inputs, counted(found)), { numRuns: runs, seed: SEED })
      return found
    },
    hunt: async (seed, until) => {
      const found: Record<string, number> = {}
      const timed = async (input: Input): Promise<void> => {
        const began = performance.now()
        await counted(found)(input)
        const took = performance.now() - began
        if (took > LONGEST) throw new Error(`one check took ${Math.round(took)} ms`)
      }
      const all = (await every?.()) ?? []
      // Half of the time at most: all of them may take longer than anybody waits.
      const half = (performance.now() + until) / 2
      for (; next < all.length && performance.now() < half; next += 1) {
        const input = all[next]
        try {
          if (input !== undefined) await timed(input)
        } catch (thrown) {
          next += 1
          return { runs: sum(found), ends: found, broken: { property: name, seed, input: JSON.stringify(input), error: says(thrown) } }
        }
      }
      for (let chunk = 0; performance.now() < until; chunk += 1) {
        const limit = { interruptAfterTimeLimit: Math.max(1, until - performance.now()), markInterruptAsFailure: false }
        const details = await fc.check(fc.asyncProperty(inputs, timed), { numRuns: CHUNK, seed: seed + chunk, ...limit })
        if (!details.failed || details.counterexample === null) continue
        const input = JSON.stringify(details.counterexample[0])
        return {
          runs: sum(found),
          ends: found,
          broken: { property: name, seed: seed + chunk, input, error: says(details.errorInstance) },
        }
      }
      return { runs: sum(found), ends: found }
    },
    replay: async (input) => void (await check(JSON.parse(input))),
  }
}

function sum(ends: Ends): number {
  return Object.values(ends).reduce((all, each) => all + each, 0)
}

function says(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}

/** The file a case is kept in, below test/fuzz/cases. */
export function caseFile(area: Area, { property: name, input }: Pick<Broken, 'property' | 'input'>): string {
  const digest = createHash('sha256').update(name).update(input).digest('hex').slice(0, 8)
  return `${area}-${name.replaceAll(/[^a-z0-9]+/gi, '-')}-${digest}.json`
}

/** Bytes as a string of code points below 256, which JSON keeps. */
export function bytes(maxLength: number): fc.Arbitrary<string> {
  return fc.oneof(
    fc.uint8Array({ maxLength }).map((all) => Buffer.from(all).toString('latin1')),
    fc.string({ unit: 'binary', maxLength }).map((text) => Buffer.from(text).toString('latin1')),
  )
}

export function ofBytes(written: string): Buffer {
  return Buffer.from(written, 'latin1')
}
