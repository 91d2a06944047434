/**
 * Makes one run serve many calls: those made while a run is in progress wait, and the next run takes them together, in their
 * order, `most` at a time. `run` resolves with a result for each item, and with an `Error` for one that failed by itself;
 * when it rejects, all of its calls do. A call is only served by a run that begins after it.
 */
export function gather<T, R>(most: number, run: (items: T[]) => Promise<(R | Error)[]>): (item: T) => Promise<R> {
  const waiting: { item: T; resolve(result: R): void; reject(error: unknown): void }[] = []
  let isRunning = false

  const runAll = async () => {
    isRunning = true
    // Calls of the same moment go together from the start.
    await Promise.resolve()
    while (waiting.length > 0) {
      const batch = waiting.splice(0, most)
      try {
        const results = await run(batch.map(({ item }) => item))
        batch.forEach(({ resolve, reject }, i) => {
          const result = results[i] as R | Error
          if (result instanceof Error) reject(result)
          else resolve(result)
        })
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    isRunning = false
  }

  return (item) =>
    new Promise<R>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!isRunning) void runAll()
    })
}
