/* Usage: twin CHECKED TIMED BATCHES. Runs CHECKED scans, reports, then times BATCHES batches of TIMED scans each. */
#include "twin.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const int64_t tick = 10000000;

void report_int(const char *path, int64_t value) { printf("int %s %lld\n", path, (long long)value); }
void report_real(const char *path, float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  printf("real %s %u\n", path, bits);
}
void report_lreal(const char *path, double value) {
  uint64_t bits;
  memcpy(&bits, &value, 8);
  printf("lreal %s %llu\n", path, (unsigned long long)bits);
}
void report_text(const char *path, const char *value) { printf("text %s %s\n", path, value); }

static int64_t clock_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1000000000ll + now.tv_nsec;
}

int main(int argc, char **argv) {
  long checked = argc > 1 ? atol(argv[1]) : 1;
  long timed = argc > 2 ? atol(argv[2]) : 0;
  long batches = argc > 3 ? atol(argv[3]) : 0;
  int64_t now = 0;
  for (long n = 0; n < checked; n++, now += tick) scan(now);
  report();
  for (long batch = 0; batch < batches; batch++) {
    int64_t start = clock_ns();
    for (long n = 0; n < timed; n++, now += tick) scan(now);
    printf("time %.3f\n", (double)(clock_ns() - start) / (double)timed);
  }
  return 0;
}
