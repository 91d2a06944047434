/** Returns the live topic of the visitor of a web conversation. */
export const visitorTopic = (conversationId: string) => `visitor:${conversationId}`
