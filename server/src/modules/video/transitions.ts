export type CallStatus = 'ringing' | 'accepted' | 'declined' | 'missed' | 'ended'
export type CallSignal = 'accept' | 'decline' | 'time_out' | 'cancel' | 'hang_up'

/** What a call becomes; what is not here does not happen. */
export const transitions: Record<CallStatus, Partial<Record<CallSignal, CallStatus>>> = {
  ringing: { accept: 'accepted', decline: 'declined', time_out: 'missed', cancel: 'missed', hang_up: 'ended' },
  accepted: { hang_up: 'ended', time_out: 'ended' },
  declined: {},
  missed: {},
  ended: {},
}
