import { sharesOf, skewed } from './distributions.ts'
import { type BenchmarkCase, deepInto, workspaceOf } from './benchmark-case.ts'

const claimed = 200_000
const cities = 300

export const properties: BenchmarkCase = {
  name: 'properties',
  about: `200,000 properties in ${cities} cities, the biggest with an eighth of them; 85 % are available`,
  bigTables: ['properties', 'products'],
  async prepare(fixture, scale) {
    const { db, caller, others } = fixture
    const total = 2 * Math.round(claimed * scale)
    await db.query(
      `insert into sales.properties (id, workspace_id, name, city, price, currency, price_from, price_to, bedrooms, type, status, description, features)
         select bench.id_at(at, i), ${workspaceOf('i')}, 'House ' || i, 'City ' || ${skewed(cities)}, price, 'USD', price, price, (random() * 6)::int,
                ${sharesOf({ apartment: 60, villa: 25, townhouse: 13, penthouse: 2.1 }, 'a')},
                ${sharesOf({ available: 85, sold: 10, reserved: 5.1 }, 'b')},
                'Bright rooms near the w' || exp(random() * ln(50000))::int,
                case when random() < 0.3 then array['pool', 'garden'] else array['balcony'] end
           from (select i, now() - interval '1 year' * (1 - i / $3::float8) as at, random() * 100 as a, random() * 100 as b,
                        (100 + random() * 900)::int * 1000 as price from generate_series(1, $3::int) i) p`,
      [caller.workspaceId, others, total],
    )
    await db.query(
      `insert into shop.products (id, workspace_id, name, category, price_minor, currency, stock)
         select bench.id_at(now() - interval '1 year' * (1 - i / $3::float8), i), ${workspaceOf('i')}, 'Mug ' || i,
                'Category ' || ${skewed(50)}, 1000 + i % 500, 'EUR', 10 from generate_series(1, $3::int) i`,
      [caller.workspaceId, others, total],
    )
    await db.query("select gin_clean_pending_list('sales.properties_search')")
    await db.query('vacuum analyze sales.properties, shop.products')
    const list = (query: string) => [`/api/properties?limit=50&${query}`]
    const publicly = (query: string) => ({ paths: list(query), isPublic: true })
    const shop = `/api/public/shops/${caller.workspaceId}/products?limit=50`
    return [
      { name: 'newest', paths: list('') },
      { name: 'in the biggest city', paths: list('city=city%201') },
      { name: 'in a small city', paths: list('city=City%20290') },
      { name: 'in no city', paths: list('city=Nowhere') },
      { name: 'reserved', paths: list('status=reserved') },
      { name: 'penthouses', paths: list('type=penthouse') },
      { name: 'reserved penthouses', paths: list('status=reserved&type=penthouse') },
      { name: 'reserved penthouses, biggest city', paths: list('status=reserved&type=penthouse&city=City%201') },
      { name: 'reserved penthouses, small city', paths: list('status=reserved&type=penthouse&city=City%20290') },
      { name: 'deep cursor', paths: [await deepInto(fixture, '/api/properties?limit=200', 50)] },
      { name: 'words everywhere', paths: list('q=bright%20rooms') },
      { name: 'common word', paths: list('q=pool') },
      { name: 'rare word', paths: list('q=w31000') },
      { name: 'no such word', paths: list('q=castle') },
      { name: 'common word, small city', paths: list('q=pool&city=City%20290') },
      { name: 'common word, reserved penthouses', paths: list('q=pool&status=reserved&type=penthouse') },
      { name: 'one letter', paths: list('q=b') },
      { name: 'public: newest', ...publicly('') },
      { name: 'public: biggest city', ...publicly('city=City%201') },
      { name: 'public: common word', ...publicly('q=pool') },
      { name: "a shop's products, publicly", paths: [shop], isPublic: true },
      { name: 'of the rarest category', paths: [`${shop}&category=Category%2050`], isPublic: true },
      { name: 'of no category', paths: [`${shop}&category=none`], isPublic: true },
    ]
  },
}
