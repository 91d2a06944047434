import { type Env, type Item, textOf, written } from '../table.ts'

export const newestFirst = { column: 'created_at', descending: true }
export const someId = '0199b0a0-0000-7000-8000-000000000001'

export const shopId = written('shopId', () => ({}))

/** The shop that a row names, or the current one. */
export const shopOf = async (env: Env, shop_id: unknown): Promise<string> =>
  textOf(shop_id ?? (await env.actor()).workspaceId ?? '')

export async function shopInFull({ call }: Env, id: string): Promise<Item> {
  const params = { shopId: id }
  const shop = await call('getShop', { params })
  return { ...shop, configuration: await call('getShopConfiguration', { params }) }
}

/** A part of the shop's configuration, by its path in the document. */
export function configured(path: string) {
  const names = path.split('.')
  const read = (item: Item) =>
    names.reduce<unknown>((value, name) => (value as Item | null | undefined)?.[name], item.configuration)
  return written(
    (item) => read(item) ?? null,
    (value) => ({ [`configured ${path}`]: value }),
  )
}

/** The parts of the document that change: a part within another changes that one. */
export function withParts(configuration: Item, changes: Item): Item {
  const parts: Item = {}
  for (const [path, value] of Object.entries(changes)) {
    const [name = '', inner] = path.split('.')
    parts[name] = inner === undefined ? value : { ...(parts[name] ?? configuration[name]), [inner]: value }
  }
  return parts
}
