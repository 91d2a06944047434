/** Counters, gauges and histograms in Prometheus' text format (version 0.0.4). */
export interface Metrics {
  /** The one of this name: asking again answers the same. */
  counter(name: string, help: string): Counter
  histogram(name: string, help: string, buckets: readonly number[]): Histogram
  /** Read when the metrics are requested. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void
  render(): Promise<string>
}

/** Only grows; counted in this process, from its start. */
export interface Counter {
  /** `labels` like `method="GET",status="200"`; few different ones. */
  add(labels?: string, by?: number): void
}

/** Values in the unit that the name says. */
export interface Histogram {
  observe(value: number, labels?: string): void
}

interface Family {
  head: string
  lines(): string[] | Promise<string[]>
}

/** Kept in memory: a restart begins at 0. */
export function createMetrics(): Metrics {
  const families: Family[] = []
  const counters = new Map<string, Counter>()
  const head = (name: string, help: string, type: string) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}`
  return {
    counter(name, help) {
      const known = counters.get(name)
      if (known) return known
      const values = new Map<string, number>()
      families.push({
        head: head(name, help, 'counter'),
        lines: () => [...values].map(([labels, value]) => `${name}${labels && `{${labels}}`} ${value}`),
      })
      const counter: Counter = { add: (labels = '', by = 1) => void values.set(labels, (values.get(labels) ?? 0) + by) }
      counters.set(name, counter)
      return counter
    },
    histogram(name, help, buckets) {
      const series = new Map<string, { counts: number[]; sum: number; count: number }>()
      families.push({
        head: head(name, help, 'histogram'),
        lines: () =>
          [...series].flatMap(([labels, { counts, sum, count }]) =>
            renderSeries(name, labels, buckets, counts, sum, count),
          ),
      })
      return {
        observe(value, labels = '') {
          let found = series.get(labels)
          if (!found) series.set(labels, (found = { counts: buckets.map(() => 0), sum: 0, count: 0 }))
          found.sum += value
          found.count++
          const index = buckets.findIndex((bound) => value <= bound)
          if (index >= 0) found.counts[index] = (found.counts[index] ?? 0) + 1
        },
      }
    },
    gauge(name, help, read) {
      families.push({ head: head(name, help, 'gauge'), lines: async () => [`${name} ${await read()}`] })
    },
    async render() {
      const parts = await Promise.all(families.map(async ({ head, lines }) => [head, ...(await lines())].join('\n')))
      return `${parts.join('\n')}\n`
    },
  }
}

function renderSeries(
  name: string,
  labels: string,
  buckets: readonly number[],
  counts: number[],
  sum: number,
  count: number,
): string[] {
  const comma = labels && `${labels},`
  let cumulative = 0
  const lines = buckets.map(
    (bound, index) => `${name}_bucket{${comma}le="${bound}"} ${(cumulative += counts[index] ?? 0)}`,
  )
  const braces = labels && `{${labels}}`
  return [
    ...lines,
    `${name}_bucket{${comma}le="+Inf"} ${count}`,
    `${name}_sum${braces} ${sum}`,
    `${name}_count${braces} ${count}`,
  ]
}
