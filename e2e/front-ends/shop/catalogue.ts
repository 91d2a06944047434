import assert from 'node:assert/strict'
import { aText, anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import { onePixel, type Shop } from './fixture.ts'

/** Returns the id of the product that is sold. */
export async function checkProducts({ visitor, ana, bob, id: shopId, path: shop }: Shop): Promise<string> {
  const made = await answered(
    201,
    ana.post(`${shop}/products`, {
      name: 'Blue mug',
      description: 'Stoneware',
      retailPrice: 17.5,
      stock: 10,
      imageUrl: 'https://cdn.example.com/mug.png',
      category: 'Mugs',
      shopId: bob.workspaceId,
    }),
  )
  assertShape(made, {
    id: anId,
    shopId,
    name: 'Blue mug',
    description: 'Stoneware',
    retailPrice: 17.5,
    stock: 10,
    imageUrl: 'https://cdn.example.com/mug.png',
    category: 'Mugs',
    currency: 'EUR',
    createdAt: anInstant,
    updatedAt: anInstant,
  })
  const productId: string = made.id
  await refused(400, ana.post(`${shop}/products`, { retailPrice: 5 }), 'body.name')
  await refused(400, ana.post(`${shop}/products`, { name: 'Cup' }), 'body.retailPrice')
  await refused(400, ana.post(`${shop}/products`, { name: 'Cup', retailPrice: '5' }), 'body.retailPrice')
  await refused(400, ana.post(`${shop}/products`, { name: 'Cup', retailPrice: 5, stock: -1 }), 'body.stock')
  await refused(400, ana.post(`${shop}/products`, '{"name":', { 'content-type': 'application/json' }))
  await refused(415, ana.post(`${shop}/products`, 'name=Cup', { 'content-type': 'text/plain' }))

  assertShape(await answered(200, ana.put(`${shop}/products/${productId}`, { stock: 12 })), {
    stock: 12,
    retailPrice: 17.5,
  })
  await refused(400, ana.put(`${shop}/products/${productId}`, { retailPrice: -1 }), 'body.retailPrice')
  await refused(404, ana.put(`${shop}/products/${unknownId}`, { stock: 1 }))
  const second = await answered(201, ana.post(`${shop}/products`, { name: 'Bowl', retailPrice: 9 }))
  const first = await answered(200, ana.get(`${shop}/products?limit=1`))
  assertShape(first, { data: [{ id: second.id }], nextCursor: aText })
  assertShape(await answered(200, ana.get(`${shop}/products?limit=1&cursor=${first.nextCursor}`)), {
    data: [{ id: productId }],
    nextCursor: null,
  })
  await refused(400, ana.get(`${shop}/products?limit=0`), 'query.limit')
  assert.deepEqual(await answered(200, ana.delete(`${shop}/products/${second.id}`)), { success: true })
  await refused(404, ana.delete(`${shop}/products/${second.id}`))

  const picture = new FormData()
  picture.append('file', new Blob([onePixel], { type: 'image/png' }), 'mug.png')
  const pictured = await answered(200, ana.post(`${shop}/products/${productId}/image`, picture))
  const shown = await visitor.get(pictured.imageUrl)
  assert.equal(shown.headers.get('content-type'), 'image/png')
  const text = new FormData()
  text.append('file', new Blob(['not a picture']), 'mug.png')
  await refused(415, ana.post(`${shop}/products/${productId}/image`, text))
  return productId
}

export async function checkForms({ visitor, ana, agent, id: shopId, path: shop }: Shop): Promise<void> {
  const fields = [
    { name: 'email', label: 'Your address', type: 'email', required: true },
    { name: 'size', type: 'select', options: ['S', 'L'] },
  ]
  const made = await answered(201, ana.post(`${shop}/forms`, { name: 'Made to order', fields }))
  assertShape(made, {
    id: anId,
    shopId,
    name: 'Made to order',
    fields: [{ name: 'email', required: true }, { options: ['S', 'L'] }],
    createdAt: anInstant,
  })
  const formId: string = made.id
  await refused(400, ana.post(`${shop}/forms`, { fields }), 'body.name')
  await refused(
    400,
    ana.post(`${shop}/forms`, { name: 'F', fields: [{ name: 'a', type: 'hologram' }] }),
    'body.fields[0].type',
  )
  assertShape(await answered(200, ana.get(`${shop}/forms`)), { data: [{ id: formId }], nextCursor: null })
  await refused(400, ana.get(`${shop}/forms?limit=x`), 'query.limit')
  assertShape(await answered(200, ana.put(`${shop}/forms/${formId}`, { name: 'To order' })), {
    name: 'To order',
    fields: [{ name: 'email' }, { name: 'size' }],
  })
  await refused(400, ana.put(`${shop}/forms/${formId}`, { fields: [] }), 'body.fields')
  await refused(404, ana.put(`${shop}/forms/${unknownId}`, { name: 'F' }))

  const submissions = `/api/public/shops/${shopId}/forms/${formId}/submissions`
  const values = { email: 'rui@example.com', size: 'L' }
  assertShape(await answered(201, visitor.post(submissions, { values })), { id: anId, submittedAt: anInstant })
  await refused(400, visitor.post(submissions, { values: { size: 'L' } }), 'body.values.email')
  await refused(400, visitor.post(submissions, { values: { ...values, size: 'XXL' } }), 'body.values.size')
  assertShape(await answered(200, agent.get(`${shop}/forms/${formId}/submissions`)), { data: [{ values }] })
  await refused(404, agent.get(`${shop}/forms/${unknownId}/submissions`))
  assert.deepEqual(await answered(200, ana.delete(`${shop}/forms/${formId}`)), { success: true })
  await refused(404, ana.delete(`${shop}/forms/${formId}`))
}
