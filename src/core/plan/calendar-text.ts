const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Formats days (0 = Sunday) in the order of a week that begins on Monday: `Mon, Tue, Sun`. */
export function formatDays(days: readonly number[]): string {
  return [1, 2, 3, 4, 5, 6, 0].flatMap((day) => (days.includes(day) ? (DAYS[day] ?? []) : [])).join(', ')
}

/** Formats minutes of a day: `09:00`. */
export function formatClock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}
