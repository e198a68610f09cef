/** Any JSON value: what can be frozen into the journal. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
