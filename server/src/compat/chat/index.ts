import type { FrontEnd } from '../front-end.ts'
import { accountRequests } from './accounts.ts'
import { administrationRequests } from './administration.ts'
import { callRequests } from './calls.ts'
import { chatRequests } from './chats.ts'
import { chatFrames } from './frames.ts'
import { messageRequests } from './messages.ts'
import { pollRequests } from './polls.ts'

/** The front-end of seed 001: people who chat and call each other. */
export const chatFrontEnd: FrontEnd = {
  name: 'chat',
  title: 'Chat',
  passes: [
    'logout',
    'deleteChat',
    'leaveChat',
    'listChatMembers',
    'addChatMembers',
    'removeChatMember',
    'readMessages',
    'receiveMessages',
    'viewMessage',
    'downloadFile',
    'searchPeople',
    'listBlocks',
    'blockUser',
    'unblockUser',
    'createReport',
    'unsuspendUser',
    'createRealtimeTicket',
  ],
  adapted: {
    ...accountRequests,
    ...chatRequests,
    ...messageRequests,
    ...pollRequests,
    ...callRequests,
    ...administrationRequests,
  },
  frames: chatFrames,
}
