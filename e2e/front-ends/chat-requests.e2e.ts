import { testOnBothDatabases } from '../databases.ts'
import { withScratch } from '../scratch.ts'
import { startSwitchboard } from '../switchboard.ts'
import { account, chats, live, messages, polls, register, signIn, videoCalls } from './chat/requests.ts'
import { manyFromOneAddress } from './contract.ts'

testOnBothDatabases('the requests of the chat front-end', (databaseUrl, t) =>
  withScratch('chat', async (folder) => {
    await using server = await startSwitchboard({ folder, databaseUrl, settings: manyFromOneAddress })
    const [ana, ben] = [await register(server.url, 'Ana Lima'), await register(server.url, 'Ben Okafor')]
    await t.test('sign-in', () => signIn(ana))
    let chatId = ''
    await t.test('chats', async () => {
      chatId = await chats(ana, ben)
    })
    await t.test('messages', () => messages(ana, ben, chatId))
    await t.test('polls', () => polls(ana, ben, chatId))
    await t.test('the socket', () => live(server.url, ana, ben, chatId))
    await t.test('video calls', () => videoCalls(ana))
    await t.test('the account', () => account(ana, ben))
  }),
)
