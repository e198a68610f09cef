/** Fields as they are once those that are undefined are left out: what could be undefined may be absent instead. */
type Defined<Fields> = { readonly [Key in keyof Fields as undefined extends Fields[Key] ? never : Key]: Fields[Key] } & {
  readonly [Key in keyof Fields as undefined extends Fields[Key] ? Key : never]?: Exclude<Fields[Key], undefined>
}

/**
 * Returns the fields that have a value, in the order given: in the journal and in JSON an absent field is not there.
 */
export function defined<const Fields extends object>(fields: Fields): Defined<Fields>
export function defined(fields: object): object {
  const all = Object.values(fields)
  // Mostly they all have one, and a copy would be slower to read.
  return all.includes(undefined) ? Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) : fields
}
