declare global {
  /** The project's own toggles, by variable: `rollout schema --types` fills it in. Empty, any name is taken. */
  // oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type -- an application adds to it
  interface RolloutToggles {}
}

/** A name an application may ask for. Global, so that it holds for both kinds of import. */
export type ToggleName = [keyof RolloutToggles] extends [never] ? string : Extract<keyof RolloutToggles, string>
