import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { deliverNow, messagesTo } from '../../../test/mailbox.ts'
import { startTestServer } from '../../../test/server.ts'
import { until } from '../../../test/until.ts'
import { transaction } from '../context.ts'
import { serverContext } from '../services.ts'
import { forgetMessages, sendMessage } from './messages.ts'

// A mail server and an SMS provider that refuse the recipients of `refused`.
const received: { to: string[]; source: string }[] = []
const busy = new Set<string>()
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onRcptTo({ address }, _session, done) {
    if (address.startsWith('unknown')) done(Object.assign(new Error('No such user here'), { responseCode: 550 }))
    else if (busy.delete(address)) done(Object.assign(new Error('Greylisted'), { responseCode: 451 }))
    else done()
  },
  onData(stream, session, done) {
    void text(stream).then((source) => {
      received.push({ to: session.envelope.rcptTo.map(({ address }) => address), source })
      done()
    })
  },
})
await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()))
after(() => new Promise<void>((resolve) => smtp.close(() => resolve())))

const texts: { headers: IncomingMessage['headers']; body: { id: string; to: string; text: string } }[] = []
const sms = createServer(async (request, response) => {
  const body = JSON.parse(await text(request)) as (typeof texts)[number]['body']
  texts.push({ headers: request.headers, body })
  response.writeHead(body.to === '+4930000' ? 422 : 202).end()
})
await new Promise<void>((resolve) => sms.listen(0, '127.0.0.1', () => resolve()))
after(() => sms.close())

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port
const configured = await startTestServer({
  SMTP_URL: `smtp://127.0.0.1:${portOf(smtp.server)}`,
  MAIL_FROM: 'Tëst <no-reply@example.com>',
  SMS_URL: `http://127.0.0.1:${portOf(sms)}/send`,
  SMS_TOKEN: 'secret',
})
const bare = await startTestServer()

type Server = typeof bare
const serverOf = ({ app }: Server) => serverContext(app.services, { workspaceId: null })
const send = (server: Server, message: Parameters<typeof sendMessage>[1]) =>
  transaction(serverOf(server), (ctx) => sendMessage(ctx, message))

async function settled(server: Server, recipient: string, wanted: RegExp) {
  let [message]: Awaited<ReturnType<typeof messagesTo>> = []
  await until(`what is for ${recipient} is ${wanted}`, async () => {
    ;[message] = await messagesTo(server, recipient)
    return message !== undefined && wanted.test(message.status)
  })
  return message!
}

test('a mail is sent by SMTP, and its text is not stored afterwards', async () => {
  await send(configured, { channel: 'email', to: 'ana@example.com', subject: 'Grüße', text: 'Hello Ana.\n.\nBye.\n' })
  const { id, text } = await settled(configured, 'ana@example.com', /sent/)
  assert.equal(text, null)
  const mail = received.find(({ to }) => to.includes('ana@example.com'))!
  assert.match(mail.source, new RegExp(`^Message-ID: <${id}@example\\.com>`, 'mi'))
  assert.match(mail.source, /^From: =\?UTF-8\?[QB]\?.* <no-reply@example\.com>/m)
  assert.match(mail.source, /^Auto-Submitted: auto-generated/m)
  assert.match(mail.source, /Hello Ana\.\r\n\.\r\nBye\./)
})

test('who is refused for now is tried again; who is refused for good is not', async () => {
  busy.add('grey@example.com')
  await send(configured, { channel: 'email', to: 'grey@example.com', subject: 'x', text: 'second try' })
  await settled(configured, 'grey@example.com', /sent/)
  await send(configured, { channel: 'email', to: 'unknown@example.com', subject: 'x', text: 'x' })
  const { error } = await settled(configured, 'unknown@example.com', /failed/)
  assert.match(error!, /550/)
  assert.equal(received.filter(({ to }) => to.includes('grey@example.com')).length, 1)
})

test('no address and no subject adds a line to the head of a mail', async () => {
  const to = 'eve@example.com\r\nBcc: all@example.com'
  await send(configured, { channel: 'email', to, subject: 'x\r\nBcc: more@example.com', text: 'x' })
  await settled(configured, to, /sent|failed/)
  for (const mail of received) {
    assert.doesNotMatch(mail.source, /^Bcc:/im)
    assert.ok(!mail.to.some((address) => /^(all|more)@/.test(address)), mail.to.join())
  }
})

test('an SMS is posted to the provider', async () => {
  await send(configured, { channel: 'sms', to: '+4930123456', text: '123456 is your code.' })
  await settled(configured, '+4930123456', /sent/)
  const { headers, body } = texts[0]!
  assert.equal(headers.authorization, 'Bearer secret')
  assert.deepEqual([body.to, body.text], ['+4930123456', '123456 is your code.'])
  await send(configured, { channel: 'sms', to: '+4930000', text: 'x' })
  assert.match((await settled(configured, '+4930000', /failed/)).error!, /422/)
})

test('what has expired, or was delivered already, is not sent', async () => {
  await send(configured, { channel: 'email', to: 'late@example.com', subject: 'x', text: 'x', expiresInSeconds: -1 })
  assert.match((await settled(configured, 'late@example.com', /failed/)).error!, /expired/)
  await send(configured, { channel: 'email', to: 'once@example.com', subject: 'x', text: 'x' })
  const { id } = await settled(configured, 'once@example.com', /sent/)
  await deliverNow(configured, id)
  assert.equal(received.filter(({ to }) => to.includes('once@example.com')).length, 1)
  assert.equal(received.filter(({ to }) => to.includes('late@example.com')).length, 0)
})

test('without a carrier a message is stored for the command line', async () => {
  await send(bare, { channel: 'email', to: 'ben@example.com', subject: 'Your code', text: '123456' })
  const { text, subject } = await settled(bare, 'ben@example.com', /kept/)
  assert.deepEqual([subject, text], ['Your code', '123456'])
  assert.ok(bare.logLines.some((line) => line.includes('ben@example.com') && line.includes('123456')))
  await forgetMessages.run(serverOf(bare), {})
  assert.equal((await messagesTo(bare, 'ben@example.com')).length, 1)
})

test('in production no message is written to the log', async () => {
  const server = await startTestServer({ NODE_ENV: 'production' })
  await send(server, { channel: 'sms', to: '+4930999', text: '987654' })
  await settled(server, '+4930999', /kept/)
  assert.ok(!server.logLines.join().includes('987654'))
})

test('what is rolled back is not sent', async () => {
  const message = { channel: 'email', to: 'never@example.com', subject: 'x', text: 'x' } as const
  await assert.rejects(
    transaction(serverOf(bare), async (ctx) => {
      await sendMessage(ctx, message)
      throw new Error('no')
    }),
    /no/,
  )
  assert.deepEqual(await messagesTo(bare, message.to), [])
})
