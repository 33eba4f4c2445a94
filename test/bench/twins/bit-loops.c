#include "twin.h"
#include <stdio.h>

uint32_t seed = 12345;
uint8_t data[256];
uint32_t words[32];
bool reg[65];
uint16_t crc16, gray;
uint32_t crc32;
int32_t ones;
bool parity;

static uint32_t rotate_left(uint32_t value, unsigned count) {
  count &= 31;
  return count ? (value << count) | (value >> (32 - count)) : value;
}

void scan(int64_t now) {
  (void)now;
  for (int i = 0; i < 256; i++) {
    seed = seed * 1664525u + 1013904223u;
    data[i] = (uint8_t)(seed >> 24);
  }

  uint16_t c16 = 0xffff;
  for (int i = 0; i < 256; i++) {
    c16 ^= data[i];
    for (int j = 0; j < 8; j++) {
      if (c16 & 1)
        c16 = (uint16_t)((c16 >> 1) ^ 0xa001);
      else
        c16 >>= 1;
    }
  }
  crc16 = c16;

  uint32_t c32 = 0xffffffffu;
  for (int i = 0; i < 256; i++) {
    c32 ^= data[i];
    for (int j = 0; j < 8; j++) {
      if (c32 & 1)
        c32 = (c32 >> 1) ^ 0xedb88320u;
      else
        c32 >>= 1;
    }
  }
  crc32 = ~c32;

  for (int i = 0; i < 32; i++) {
    uint32_t bits = data[i * 4];
    for (int j = 1; j <= 3; j++) bits = (bits << 8) | data[i * 4 + j];
    words[i] = rotate_left(bits, (unsigned)i) ^ words[i];
  }

  int32_t count = 0;
  for (int i = 0; i < 32; i++) {
    uint32_t bits = words[i];
    while (bits != 0) {
      bits &= bits - 1;
      count++;
    }
  }
  ones = count;

  bool odd = false;
  for (int i = 0; i < 32; i++) {
    uint32_t bits = words[i];
    for (int j = 0; j < 32; j++) {
      odd ^= (bits & 1) == 1;
      bits >>= 1;
    }
  }
  parity = odd;

  gray = (uint16_t)(crc16 ^ (crc16 >> 1));

  for (int j = 1; j <= 8; j++) {
    bool tap = reg[64] ^ reg[63] ^ reg[61] ^ reg[60] ^ !parity;
    for (int i = 64; i >= 2; i--) reg[i] = reg[i - 1];
    reg[1] = tap;
  }
}

void report(void) {
  char path[32];
  report_int("Main.Seed", seed);
  report_int("Main.Crc16", crc16);
  report_int("Main.Crc32", crc32);
  report_int("Main.Ones", ones);
  report_int("Main.Parity", parity);
  report_int("Main.Gray", gray);
  for (int i = 0; i < 32; i++) {
    snprintf(path, sizeof path, "Main.Words[%d]", i);
    report_int(path, words[i]);
  }
  for (int i = 1; i <= 64; i++) {
    snprintf(path, sizeof path, "Main.Register[%d]", i);
    report_int(path, reg[i]);
  }
}
