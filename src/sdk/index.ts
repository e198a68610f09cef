import type { Attributes } from '../core/toggle/segment.ts'
import type { ToggleName } from './names.ts'
import { openToggles, type IsOn, type Toggles } from './toggles.ts'

export { bucketOf } from '../core/toggle/bucket.ts'
export type { Attributes } from '../core/toggle/segment.ts'
export type { Answer } from './answer.ts'
export type { Work } from './meter.ts'
export type { ShadowOptions, Ways } from './shadows.ts'
export type { ToggleName } from './names.ts'
export { openToggles, type ReloadEvent, type IsOn, type Options, type Toggles } from './toggles.ts'

let shared: Toggles | undefined

/** Tells whether the toggle is on for this id, by `process.env` and `ROLLOUT_FILE` as they were at the first call. */
export function isEnabled(toggle: ToggleName, id?: string, attributes?: Attributes): boolean {
  return (shared ??= openToggles()).isEnabled(toggle, id, attributes)
}

/** Binds one toggle, so that its name is not looked up again: for hot paths. */
export function bind(toggle: ToggleName): IsOn {
  return (shared ??= openToggles()).bind(toggle)
}

/** Returns what `isEnabled` runs with: the generation, whether it is stale, and the words. */
export function report(): ReturnType<Toggles['report']> {
  return (shared ??= openToggles()).report()
}
