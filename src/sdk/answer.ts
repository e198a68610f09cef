/** Whether a toggle is on, and what decided it. */
export interface Answer {
  readonly isOn: boolean
  /**
   * `deny`, `users`, `segment`: a list or a segment. `percentage`: the bucket. `static`: 100 % or 0 %, for everybody;
   * `otherwise`: the same, to whom no list and no segment decides.
   * `no-key`: nothing to bucket by. `unset`: there is no such variable. `invalid`: it holds no word.
   */
  readonly why: 'deny' | 'users' | 'segment' | 'percentage' | 'static' | 'otherwise' | 'no-key' | 'unset' | 'invalid'
}
