/** Where text goes. */
export interface Stream {
  write(text: string): void
  /** A person is watching. */
  readonly tty: boolean
  readonly columns: number
  /** Colour levels as chalk counts them; 0 is none. */
  readonly color: 0 | 1 | 2 | 3
}
