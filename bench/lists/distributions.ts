/** Distributions of generated data, as SQL expressions. */

/** 1 to `count`, the k-th with a share of about 1/k (Zipf's law). */
export const skewed = (count: number) => `least(${count}, exp(random() * ln(${count} + 1))::int)`

/** One of these values, each with its percentage; null for the remaining percentage. */
export function sharesOf(shares: Record<string, number>, roll: string): string {
  let upTo = 0
  const cases = Object.entries(shares).map(([value, share]) => `when ${roll} < ${(upTo += share)} then '${value}'`)
  return `case ${cases.join(' ')} end`
}

/** `count` words of an invented language of 50,000, in which the k-th has a share of about 1/k: 'w1' is in every third sentence. */
export const sentence = (count: number, seed: string) =>
  `(select string_agg('w' || exp(random() * ln(50000))::int, ' ') from generate_series(1, ${count}) where ${seed} is not null)`

/** Defines `bench.id_at(time, number)`: an id of that time (UUIDv7), different for each number; `bench.id(number)` at a fixed time. */
export const ids = `
  create schema if not exists bench;
  create or replace function bench.id_at(at timestamptz, n bigint) returns uuid language sql immutable as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n & 4095), 3, '0')
            || 'a' || lpad(to_hex(n), 15, '0'))::uuid $$;
  create or replace function bench.id(n bigint) returns uuid language sql immutable as $$
    select bench.id_at(timestamptz '2024-01-01', n) $$`
