import type { Reporter, TestModule, TestSpecification } from 'vitest/node'

/** Says after every file how many there are and how many are left, and names the files that are under way every minute. */
export default class Progress implements Reporter {
  private files = 0
  private ended = 0
  private failed = 0
  private readonly running = new Set<string>()
  private readonly began = performance.now()
  private timer: NodeJS.Timeout | undefined

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.files = specifications.length
    this.timer = setInterval(() => this.say(`still under way: ${[...this.running].join(', ')}`), 60_000).unref()
  }

  onTestModuleStart({ relativeModuleId }: TestModule): void {
    this.running.add(relativeModuleId)
  }

  onTestModuleEnd(module: TestModule): void {
    this.running.delete(module.relativeModuleId)
    this.ended += 1
    if (!module.ok()) this.failed += 1
    this.say(module.relativeModuleId)
  }

  onTestRunEnd(): void {
    clearInterval(this.timer)
  }

  private say(what: string): void {
    const seconds = Math.round((performance.now() - this.began) / 1000)
    const failed = this.failed === 0 ? '' : `, ${this.failed} failed`
    console.log(`[${this.ended} of ${this.files} files${failed}, ${seconds} s] ${what}`)
  }
}
