import assert from 'node:assert/strict'
import type { Page } from './page.ts'

const credentials = { email: 'berg@example.com', password: 'correct horse battery' }

/** The token of the sign-in page. It decodes it to see when it expires. */
function keep(page: Page, answer: { token: string; access_token: string; refresh_token: string }): void {
  assert.equal(answer.token, answer.access_token)
  const payload = JSON.parse(atob(String(answer.token.split('.')[1])))
  assert.ok(payload.exp * 1000 > Date.now())
  page.token = answer.token
  page.refreshToken = answer.refresh_token
}

export async function signingIn(page: Page): Promise<void> {
  const made = await page.done('POST', '/auth/register', { ...credentials, name: 'Bo Berg' })
  assert.deepEqual([made.user.email, made.user.name], [credentials.email, 'Bo Berg'])
  keep(page, made)
  assert.match(await page.refused(409, 'POST', '/auth/register', { ...credentials, name: 'Bo' }), /account|e-mail/i)
  await page.done('POST', '/auth/logout')
  assert.equal((await page.send('GET', '/auth/me')).status, 401)
  page.token = null
  await page.refused(401, 'POST', '/auth/login', { ...credentials, password: 'wrong' })
  keep(page, await page.done('POST', '/auth/login', credentials))
  keep(page, await page.done('POST', '/auth/refresh', { refresh_token: page.refreshToken }))
  // After a reload it reads the user from `user`.
  const { user } = await page.done('GET', '/auth/me')
  assert.deepEqual([user.email, user.name], [credentials.email, 'Bo Berg'])
  await page.done('POST', '/auth/forgot-password', { email: credentials.email })
  await page.refused(400, 'POST', '/auth/reset-password', { token: 'made-up', password: 'another horse battery' })
  assert.equal((await page.done('GET', '/health')).status, 'ok')
}

export async function account(page: Page): Promise<void> {
  assert.equal((await page.done('GET', '/users/profile')).name, 'Bo Berg')
  assert.equal((await page.done('PUT', '/users/profile', { name: 'Bo B. Berg' })).name, 'Bo B. Berg')
  assert.equal((await page.done('GET', '/auth/me')).user.name, 'Bo B. Berg')
  await page.done('POST', '/users/change-password', {
    current_password: credentials.password,
    new_password: 'another horse battery',
  })
  assert.equal((await page.done('GET', '/auth/me')).user.email, credentials.email, 'this session goes on')
}
