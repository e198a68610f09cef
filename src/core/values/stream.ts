/** Where text goes. */
export interface Stream {
  write(text: string): void
  /** A person is watching. */
  readonly tty: boolean
  /** How large the terminal is now; absent where it is none. */
  readonly size?: () => TerminalSize
  /** Whether nobody reads it any more: a pipe whose other end has gone. */
  readonly isUnread?: () => boolean
  /** Colour levels as chalk counts them; 0 is none. */
  readonly color: 0 | 1 | 2 | 3
}

/** The size of a terminal, in characters. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}
