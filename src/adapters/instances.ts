import { messageOf, RolloutError } from '../core/values/errors.ts'
import { hintOf } from '../core/values/failure.ts'
import { covered, exposureFor, rankedInstances } from '../core/plan/instances.ts'
import type { Plan, Toggle } from '../core/plan/plan.ts'
import type { Words } from '../core/ports.ts'
import { parseWord, wordFor } from '../core/toggle/words.ts'
import type { OpenTarget } from './open-target.ts'

type Wanted = { readonly [variable: string]: string }

/**
 * One target that is several places: each is written and read back as a target of its own, all of them at once, and one
 * that cannot be reached does not stop the others. Of a toggle that goes by instances the places first in their order
 * hold its word for on, the others that for off; every other toggle is the same everywhere.
 */
export function spread(plan: Pick<Plan, 'toggles'>, name: string, places: ReadonlyMap<string, OpenTarget>): OpenTarget {
  const toggles = new Map(
    Object.values(plan.toggles).flatMap((toggle) => (toggle.targets.includes(name) ? [[toggle.variable, toggle] as const] : [])),
  )
  const instances = [...places.keys()]
  const [first] = places.values()
  const divide = (words: Words): ((instance: string) => Wanted) => {
    const parts = Object.entries(words).map(([variable, word = '']) => {
      const toggle = toggles.get(variable)
      if (toggle?.exposure !== 'instances') return { variable, at: () => word }
      const on = new Set(
        rankedInstances(variable, instances).slice(0, covered(parseWord(word, toggle.words)?.exposure ?? 0, instances.length)),
      )
      return { variable, at: (instance: string) => (on.has(instance) ? toggle.words.on : toggle.words.off) }
    })
    return (instance) => Object.fromEntries(parts.map(({ variable, at }) => [variable, at(instance)]))
  }
  /** What each place was last seen to hold, since it was written last. */
  const seen = new Map<string, Words>()
  const look = async (place: OpenTarget, instance: string, variables: readonly string[], signal: AbortSignal): Promise<Words> => {
    const found = await place.read(variables, signal)
    seen.set(instance, found)
    return found
  }
  return {
    name,
    read: async (variables, signal) => {
      const found = await everywhere(places, async (place, instance) => look(place, instance, variables, signal))
      return Object.fromEntries(variables.map((variable) => [variable, together(found, variable, toggles.get(variable))]))
    },
    write: async (words, fence, signal, held) => {
      const wordsAt = divide(words)
      const heldAt = held && divide(held)
      const written = new Map<string, OpenTarget>()
      try {
        await everywhere(places, async (place, instance) => {
          const [wanted, before] = [wordsAt(instance), heldAt?.(instance)]
          seen.delete(instance)
          await place.write(wanted, fence, signal, before)
          written.set(instance, place)
        })
      } catch (thrown) {
        // Whoever goes on by hand need not do again what is done.
        await Promise.allSettled([...written].map(async ([instance, place]) => look(place, instance, Object.keys(words), signal)))
        throw thrown
      }
    },
    // One that cannot be reached must not keep the others from being taken back.
    marks: async (signal) => (await Promise.all([...places.values()].map(async (place) => place.marks(signal).catch(() => [])))).flat(),
    settle: Math.max(...[...places.values()].map(({ settle }) => settle)),
    lag: Math.max(...[...places.values()].map(({ lag }) => lag)),
    deadline: (variables) => Math.max(...[...places.values()].map((place) => place.deadline(variables))),
    shown: (text) => first?.shown(text) ?? text,
    byHand: (words, fence) => {
      const wordsAt = divide(words)
      const left = [...places].filter(([instance]) => !isSame(wordsAt(instance), seen.get(instance) ?? {}))
      return left.flatMap(([instance, place]) => place.byHand(wordsAt(instance), fence))
    },
    probe: async (signal) => [...(await everywhere(places, async (place) => (await place.probe?.(signal)) ?? [])).values()].flat(),
    ...(first?.holds && {
      holds: async (signal) =>
        Object.assign({}, ...(await everywhere(places, async (place) => (await place.holds?.(signal)) ?? {})).values()),
    }),
    ...(first?.effect && { effect: first.effect }),
    ...(first?.asked && { asked: first.asked }),
    ...(first?.advise && { advise: first.advise }),
    refuses: (variable, word) => {
      const toggle = toggles.get(variable)
      const words = toggle?.exposure === 'instances' ? [toggle.words.off, toggle.words.on] : [word]
      return words.map((each) => first?.refuses?.(variable, each)).find((refusal) => refusal !== undefined)
    },
  }
}

function isSame(wanted: Wanted, found: Words): boolean {
  return Object.entries(wanted).every(([variable, word]) => (found[variable] ?? '') === word)
}

/** The same at every place, to its end; throws what went wrong at each of them. */
async function everywhere<Result>(
  places: ReadonlyMap<string, OpenTarget>,
  work: (place: OpenTarget, instance: string) => Promise<Result>,
): Promise<ReadonlyMap<string, Result>> {
  const ended = await Promise.all(
    [...places].map(async ([instance, place]) => {
      try {
        return { instance, result: await work(place, instance) }
      } catch (thrown) {
        return { instance, thrown }
      }
    }),
  )
  const failed = ended.flatMap((each) => ('thrown' in each ? [each] : []))
  const [first] = failed
  if (first) {
    const code = first.thrown instanceof RolloutError ? first.thrown.code : 'unreachable'
    const hint = hintOf(first.thrown)
    const message = failed.map(({ instance, thrown }) => `${instance}: ${messageOf(thrown)}`).join('; ')
    throw new RolloutError(code, { message, ...(hint !== undefined && { hint }) }, { cause: first.thrown })
  }
  return new Map(ended.flatMap((each) => ('result' in each ? [[each.instance, each.result] as const] : [])))
}

/**
 * The one word that all places together hold, undefined where none of them knows the variable. Where they hold what no
 * step leaves behind, a text that is no word and says who holds what.
 */
function together(found: ReadonlyMap<string, Words>, variable: string, toggle: Toggle | undefined): string | undefined {
  const held = [...found].map(([instance, words]) => ({ instance, word: words[variable] }))
  if (held.every(({ word }) => word === undefined)) return undefined
  const instances = [...found.keys()]
  // What a place does not know counts as the default there.
  const known = held.map(({ instance, word }) => ({ instance, word: word ?? (toggle && wordFor(toggle, toggle.default)) ?? '' }))
  if (toggle?.exposure === 'instances') {
    const on = known.filter(({ word }) => word === toggle.words.on).map(({ instance }) => instance)
    const expected = new Set(rankedInstances(variable, instances).slice(0, on.length))
    const isClear = known.every(({ word }) => word === toggle.words.on || word === toggle.words.off)
    if (isClear && on.every((instance) => expected.has(instance))) return wordFor(toggle, exposureFor(on.length, instances.length))
  } else if (known.every(({ word }) => word === known[0]?.word)) return known[0]?.word
  const words = [...new Set(known.map(({ word }) => word))]
  return words.map((each) => `${each} at ${known.flatMap(({ instance, word }) => (word === each ? [instance] : [])).join(', ')}`).join('; ')
}
