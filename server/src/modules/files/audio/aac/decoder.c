// The interface of aac.wasm to FAAD2: one decoder, packets in and samples out. build.sh compiles it.
#include <neaacdec.h>

#define EXPORT(name) __attribute__((export_name(#name))) name

static unsigned char bytes[65536];
static NeAACDecHandle decoder;
static NeAACDecFrameInfo frame;

// The linker's: runs before anything else.
void __wasm_call_ctors(void);
void EXPORT(initialize)(void) { __wasm_call_ctors(); }

unsigned char *EXPORT(input)(void) { return bytes; }

int EXPORT(open)(int size) {
  unsigned long rate;
  unsigned char channels;
  decoder = NeAACDecOpen();
  if (!decoder) return -1;
  NeAACDecConfigurationPtr configuration = NeAACDecGetCurrentConfiguration(decoder);
  configuration->outputFormat = FAAD_FMT_FLOAT;
  NeAACDecSetConfiguration(decoder, configuration);
  return NeAACDecInit2(decoder, bytes, size, &rate, &channels);
}

float *EXPORT(decode)(int size) { return NeAACDecDecode(decoder, &frame, bytes, size); }
int EXPORT(samples)(void) { return frame.samples; }
int EXPORT(channels)(void) { return frame.channels; }
int EXPORT(failure)(void) { return frame.error; }
