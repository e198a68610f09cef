/**
 * Tells whether Intl knows it as a time zone by name. Offsets (`+05:30`) are known to Node 22 and not to Node 20, which may
 * read the same journal.
 */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
