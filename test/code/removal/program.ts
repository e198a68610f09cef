import { moduleRunnerTransform } from 'rolldown/experimental'
import { transformSync } from 'rolldown/utils'

/* Runs one program of the corpus with its toggle at one end, and tells everything it does. */

export interface World {
  readonly side: 'on' | 'off'
  /** What another toggle answers. */
  readonly other: boolean
}

/** Calls every function that a program exports with each of these inputs; resolves to what they gave and what they called. */
export async function outcomesOf(path: string, text: string, world: World, inputs: readonly unknown[]): Promise<string> {
  const log: unknown[] = []
  const exports = await load(path, text, world, log)
  const told: unknown[] = []
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value !== 'function') told.push([name, value])
    else for (const input of inputs) told.push([name, await attempt(async () => value(structuredClone(input), 'second'))])
  }
  return JSON.stringify({ told, log }, (_, value: unknown) =>
    typeof value === 'function' ? `function ${value.name}` : value === undefined ? 'undefined' : value,
  )
}

async function attempt(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch {
    return 'threw'
  }
}

async function load(path: string, text: string, world: World, log: unknown[]): Promise<Readonly<Record<string, unknown>>> {
  const jsx = { runtime: 'classic' } as const
  const stripped = transformSync(path, text, { lang: path.endsWith('.js') ? 'js' : 'tsx', jsx })
  if (stripped.errors.length > 0) throw new Error(`${path} does not parse: ${text}`)
  const { code } = await moduleRunnerTransform(`/${path}`, stripped.code)
  const made: Record<string, unknown> = {}
  const env = { FEATURE_X: world.side === 'on' ? 'true' : 'false', HOST: 'here' }
  const lent = {
    __vite_ssr_import__: async (name: string) => moduleOf(name, world, env, log),
    __vite_ssr_exports__: made,
    __vite_ssr_import_meta__: { env },
    process: { env },
    require: (name: string) => moduleOf(name, world, env, log),
    exports: made,
    React: REACT,
  }
  // oxlint-disable-next-line typescript/no-implied-eval -- a program of the corpus, in a world of its own
  const run: unknown = new Function(...Object.keys(lent), `return (async () => { "use strict"; ${code}\n })()`)
  if (typeof run === 'function') await run(...Object.values(lent))
  return made
}

const REACT = {
  createElement: (type: unknown, props: unknown, ...children: unknown[]) => ({ type, props, children: joined(children.filter(isShown)) }),
}

/** A hook of a first render, which looks at no list of what it watches. */
function rendered(made: () => unknown): unknown {
  return made()
}

/** Texts beside each other are one on a page. */
function joined(children: readonly unknown[]): readonly unknown[] {
  return children.reduce<readonly unknown[]>((made, each) => {
    const last = made.at(-1)
    return typeof each === 'string' && typeof last === 'string' ? [...made.slice(0, -1), last + each] : [...made, each]
  }, [])
}

/** What React shows. */
function isShown(child: unknown): boolean {
  return child !== null && child !== undefined && typeof child !== 'boolean'
}

function moduleOf(name: string, { side, other }: World, env: object, log: unknown[]): object {
  const isEnabled = (toggle: string): boolean => (toggle === 'FEATURE_X' ? side === 'on' : other)
  const asking = {
    isEnabled,
    bind: (toggle: string) => () => isEnabled(toggle),
    openToggles: () => asking,
    useBooleanFlagValue: isEnabled,
    useFlag: isEnabled,
  }
  if (name === 'rolloutctl/sdk' || name.startsWith('@openfeature/')) return asking
  if (name === './flags') return { ...asking, client: { getBooleanValue: async (toggle: string) => isEnabled(toggle) } }
  if (name === 'node:process') return { env }
  if (name === 'react') return { default: REACT, useState: (state: unknown) => [state], useMemo: rendered, useEffect: rendered }
  // Of any other module everything is a function that tells what it was called with.
  const told = (key: string) => {
    const call = (...args: readonly unknown[]) => {
      log.push([name, key, args])
      return [name, key, args]
    }
    return Object.defineProperty(call, 'name', { value: `${name} ${key}` })
  }
  return new Proxy({ __esModule: true }, { get: (_, key) => (key === 'then' ? undefined : told(String(key))) })
}
