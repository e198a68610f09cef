import type { Stream } from '../core/values/stream.ts'
import { openSpinner } from './spinner.ts'

/** Says to whoever watches what is worked out, for as long as it takes. */
export interface Working {
  say(text: string): void
  end(): void
}

/** Opens a line on a terminal that is gone at the end; nothing is shown where nobody watches. */
export function openWorking(to: Stream, isWatched: boolean): Working {
  const spinner = openSpinner(to, isWatched)
  return {
    say: (text) => {
      if (!spinner) return
      spinner.text = text
      // Whoever reckons leaves it no time to turn by itself.
      if (spinner.isSpinning) spinner.render()
      else spinner.start()
    },
    end: () => void spinner?.stop(),
  }
}
