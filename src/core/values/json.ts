/** Any JSON value: what can be frozen into the journal. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Returns a value as JSON keeps it: fields that are undefined are not there. Throws when it holds itself. */
export function plainJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value))
}
