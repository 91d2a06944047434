export type AudioErrorCode =
  | 'not_audio'
  | 'unsupported_codec'
  | 'unsupported_shape'
  | 'damaged'
  | 'truncated'
  | 'empty'
  | 'too_long'
  | 'too_demanding'

/** An upload that cannot be used as a greeting. `message` is shown to the user. */
export class AudioError extends Error {
  override readonly name = 'AudioError'
  readonly code: AudioErrorCode

  constructor(code: AudioErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export const acceptedFormats = 'Please upload WAV, MP3, M4A, Ogg Opus, FLAC, or a recording of a browser (WebM or MP4).'
