import { clean } from '../clean.ts'

/** Returns one line, with nothing invisible in it. A text of several lines is one paragraph. */
export function flat(written: string): string {
  return clean(written.replaceAll(/\s+/g, ' '))
}
