import type { Duration } from '../../core/values/units.ts'

/** The unit to the right: time since the start, or steps. */
export type Axis = 'time' | 'steps'

/** When something begins and ends, counted from the start. */
export interface Bar {
  readonly label: string
  readonly from: Duration
  /** It ends here at the earliest … */
  readonly sure: Duration
  /** … and here at the latest. */
  readonly to: Duration
}

/** One measured or set value over time, or over steps. Between two points of a `stepped` line the first one holds. */
export interface Line {
  readonly name: string
  readonly stepped: boolean
  /** `undefined`: nothing is known from here on. */
  readonly points: readonly { readonly at: number; readonly value: number | undefined }[]
}

/** A value that means something. */
export interface Limit {
  readonly tone: 'warning' | 'critical'
  readonly value: number
  readonly label: string
}

/** What happened at one time. */
export interface ChartMark {
  readonly at: number
  readonly label: string
}

/** A picture as data: HTML draws it, Markdown writes what a reader of text can see. */
export type Chart =
  | { readonly is: 'timeline'; readonly title: string; readonly bars: readonly Bar[] }
  | {
      readonly is: 'curves'
      readonly title: string
      readonly lines: readonly Line[]
      readonly axis: Axis
      readonly until: number
      /** The value at the top; the bottom is zero. */
      readonly top: number
      readonly format: (value: number) => string
      readonly limits: readonly Limit[]
      readonly marks: readonly ChartMark[]
    }
