export { DuplicateAttempt, NotAdmitted } from './gateway.ts'
export type {
  CallQuality,
  EndCause,
  GatewayLoad,
  InboundLeg,
  Keypress,
  Leg,
  LegEvent,
  MediaRef,
  OriginateRequest,
  Playback,
  Recording,
  RtpStats,
  Tone,
  TransferRequest,
  TransferResult,
  Trunk,
  TrunkState,
  VoiceGateway,
} from './gateway.ts'

export type {
  AudioAddress,
  AudioChannel,
  AudioEnd,
  AudioHandlers,
  AudioListener,
  AudioOptions,
  Flushed,
  LegAudio,
  TakeChannel,
} from './live-audio/types.ts'

export { createVoiceProcess } from './process/remote.ts'
export type { VoiceChange, VoiceProcess, VoiceProcessOptions } from './process/remote.ts'
export type { EmbeddedOptions } from './embedded/gateway.ts'

export { systemClock } from './clock.ts'
export type { Clock, Timer } from './clock.ts'
